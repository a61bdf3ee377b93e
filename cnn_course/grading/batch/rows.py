"""The rows of a class, from what was handed in and what the journal says of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnn_course.grading.batch.intake import Rejected, Upload
from cnn_course.grading.batch.journal import Entry, Journal
from cnn_course.grading.batch.verdict import Row, outcomes_of, rejected_row, row_of, total


def key_of(upload: Upload) -> tuple[str, str]:
    """By which the journal knows it: another one when the student hands in something else."""
    return upload.submission, upload.version


def rows_of(taken: Sequence[Upload | Rejected], journal: Journal) -> list[Row]:
    """A row for everything that was handed in and is done, in that order.

    The most that one can earn is what all checks together are worth, as the journal has seen them.
    """
    most = max((worth(entry.result or {}) for entry in journal.entries("done")), default=0.0)
    uploads = {key_of(upload): upload for upload in taken if isinstance(upload, Upload)}
    rows = {
        entry.submission: _row(uploads[entry.key], entry, most)
        for entry in journal.entries("done")
        if entry.key in uploads
    }
    rows |= {one.submission: _unread(one, most) for one in taken if isinstance(one, Rejected)}
    return [rows[one.submission] for one in taken if one.submission in rows]


def same_texts(taken: Iterable[Upload | Rejected]) -> list[list[str]]:
    """Those who handed in the very same file, together."""
    whose: dict[str, list[str]] = {}
    for one in taken:
        if isinstance(one, Upload):
            whose.setdefault(one.sha256, []).append(one.submission)
    return [names for names in whose.values() if len(names) > 1]


def _row(upload: Upload, entry: Entry, most: float) -> Row:
    result = entry.result or {}
    if upload.note and "problems" in result:
        result = {**result, "problems": [upload.note, *result["problems"]]}
    return row_of(
        upload.submission, upload.sha256, upload.name, result, attempts=entry.attempts, max_points=most
    )


def _unread(one: Rejected, most: float) -> Row:
    """An upload that could not be read: the student's doing, or ours."""
    if one.ours:
        return row_of(one.submission, "", "", {"error": one.reason}, attempts=1, max_points=most)
    return rejected_row(one.submission, one.reason, max_points=most)


def worth(result: Mapping[str, Any]) -> float:
    """What all checks together are worth, as far as a result shows them."""
    return total(outcome.points for outcome in outcomes_of(result)) if "outcomes" in result else 0.0
