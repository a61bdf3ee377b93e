"""How all submissions of a class are shut in: chosen once, by trying, on every machine that judges."""

from functools import partial

from cnn_course.grading.batch.team import Team
from cnn_course.grading.jail.levels import Choice, NoIsolation, choose

UNSAFE = "none"


def isolation(team: Team, wanted: str | None = None, *, trusted: bool = False) -> Choice:
    """The level that works wherever the team works, or the one that is wanted.

    None at all only where the code is `trusted`. NoIsolation if that leaves nothing.
    """
    choices = team.each_place(partial(_here, wanted, trusted))
    levels = {choice.level for choice in choices}
    if len(levels) > 1:
        raise NoIsolation(
            f"the machines of the cluster differ in what shuts code in ({', '.join(sorted(levels))}); "
            "--sandbox names one for all"
        )
    return choices[0]


def _here(wanted: str | None, trusted: bool) -> Choice:
    if wanted == UNSAFE and not trusted:
        raise NoIsolation("--sandbox none shuts nothing in; --no-sandbox-i-trust-this-code allows that")
    try:
        return choose(wanted)
    except NoIsolation:
        if trusted and wanted is None:
            return choose(UNSAFE)
        raise
