"""What the verdict of a row means: in a line, for the student, for the instructor."""

from collections.abc import Iterable

from cnn_course.grading.batch.verdict import Row

SAYS = {
    "full": "Every check passed.",
    "partial": "Some checks passed.",
    "zero": "No check passed yet.",
    "timeout": "Your code was stopped because it took too long.",
    "memory": "Your code was stopped because it needed too much memory.",
    "crash": "The process in which your code ran ended before the checks were done.",
    "rejected": "This upload could not be graded.",
    "grader_error": "This upload is not graded yet.",
}
KEPT = "The points that were earned before that stay."
MEANS = {
    "timeout": (
        KEPT,
        "Loading the file, each call and all calls together have a limit of time. Look for a loop that does "
        "not end, and for work at the top of the file that belongs into a function.",
    ),
    "memory": (
        KEPT,
        "Look for an array whose size grows with every step, and for a list that keeps every result.",
    ),
    "crash": (
        KEPT,
        "That happens when code ends its own process, when a function calls itself without end inside a "
        "library, or when a library is handed memory that is not there.",
    ),
    "grader_error": (
        "The grader failed on it, which says nothing about your work. A person will look at it; there is "
        "nothing that you have to do.",
    ),
}
HANDS_IN = (
    "Hand in your notebook {name}.ipynb, or your exercise.py, by itself or in one zip; with it trained.cnn, "
    "if the exercise asks for a trained network. Code is text in UTF-8, of at most 1 MB without outputs.",
    "The command cnn-course submit {name} looks your work over and writes the file to hand in.",
)
MEANT = {  # for the instructor
    "full": "all points",
    "partial": "some of the points",
    "zero": "no points",
    "timeout": "stopped by a limit of time; points earned before stay",
    "memory": "stopped by the limit of memory; points earned before stay",
    "crash": "its process ended; points earned before stay",
    "rejected": "not a file that can be graded; no points",
    "grader_error": "the grader failed on it: no grade, a person has to look",
}


def is_graded(row: Row) -> bool:
    """Whether its points are a grade: what the grader itself failed on has none, not even 0."""
    return row.verdict != "grader_error"


def in_order(rows: Iterable[Row]) -> list[Row]:
    """The rows by submission, so that no file depends on who was graded first."""
    return sorted(rows, key=lambda row: (row.submission, row.sha256))


def number(points: float) -> str:
    """Points as one writes them: 17, 17.5, 17.33."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
