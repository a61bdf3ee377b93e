"""What a check says: one row per check, and rows as counts. Plain data, no framework."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended. An error is the student's code raising; a failure is its answer being wrong."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Outcome:
    """One check of one task: `check` is its name as a sentence, `message` what the student reads.

    `printed` is what the student's code printed meanwhile. `observed`: the check watched the code from beside
    it, in a scenario, where hostile code could deceive it.
    """

    task: str
    check: str
    status: Status
    message: str = ""
    hint: str = ""
    points: float = 1.0
    hidden: bool = False
    printed: str = ""
    observed: bool = False

    @property
    def earned(self) -> float:
        return self.points if self.status is Status.PASSED else 0.0


def tally(outcomes: Iterable[Outcome]) -> Counter[Status]:
    """How many checks ended in which way."""
    return Counter(outcome.status for outcome in outcomes)
