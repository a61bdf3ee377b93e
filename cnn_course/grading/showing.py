"""How outcomes read, wherever they are shown: a symbol and a word, what is said once, how many passed.

Colour is only added. Plain data and text, no framework.
"""

from collections.abc import Iterator, Sequence

from cnn_course.grading.outcome import Outcome, Status, tally

SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "!", Status.NOT_ATTEMPTED: "–"}
COLOURS = {  # seen on white as on black; text keeps the colour of its surroundings
    Status.PASSED: "#2f9e5b",
    Status.FAILED: "#d6493f",
    Status.ERROR: "#d98300",
    Status.NOT_ATTEMPTED: "#8a8a8a",
}


def by_task(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each task, in the order in which the tasks come."""
    tasks = dict.fromkeys(outcome.task for outcome in outcomes)
    return {task: [outcome for outcome in outcomes if outcome.task == task] for task in tasks}


def check_name(outcome: Outcome) -> str:
    """The name of a check, without that of its task, which a test that serves several tasks adds."""
    return outcome.check.removesuffix(f" ({outcome.task})")


def summary(outcomes: Sequence[Outcome], *, hidden_exist: bool, alone: bool = True) -> str:
    """How many passed; that hidden ones exist is never left out where the line stands `alone`."""
    counts = [
        f"{kind}checks {tally(some)[Status.PASSED]} of {len(some)}"
        for kind, some in (
            ("visible " if hidden_exist else "", [o for o in outcomes if not o.hidden]),
            ("hidden ", [o for o in outcomes if o.hidden]),
        )
        if some
    ]
    unseen = alone and hidden_exist and not any(outcome.hidden for outcome in outcomes)
    return "; ".join([*counts, *["hidden checks also exist"] * unseen])


def said_once(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, str, str]]:
    """Each with its message and what was printed; what is there already is not said again."""
    said: set[str] = set()
    for outcome in outcomes:
        message, printed = outcome.message, outcome.printed.strip()
        yield outcome, "the same as above" if message in said else message, "" if printed in said else printed
        said |= {message, printed} - {""}


def first_lines(printed: str, most: int) -> list[str]:
    """The first lines that were printed, the last of them saying how many more there are."""
    lines = printed.splitlines()
    shown, more = lines[:most], len(lines) - most
    if more > 0:
        shown[-1] += f" ... and {more} more line{'s' * (more > 1)}"
    return shown


def untouched(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing of it was attempted."""
    return all(outcome.status is Status.NOT_ATTEMPTED for outcome in outcomes)
