"""A class in numbers."""

import pytest

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.class_facts import bins, hardest, identical, median, observed_points, tasks

PASSED, FAILED, UNTOUCHED = Status.PASSED, Status.FAILED, Status.NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("most", "edges"),
    [
        (6, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]),
        (10, list(range(11))),
        (23, [*range(0, 23, 2), 23]),
        (90.5, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90.5]),
        (0.25, [0, 0.25]),
        (1e6, None),
    ],
)
def test_bins_are_round_and_at_most_a_dozen(most, edges):
    made = bins([], most)
    assert len(made) <= 12
    assert made[-1].high == most
    if edges is not None:
        assert [each.low for each in made] + [most] == pytest.approx(edges)


def test_every_submission_is_in_one_bin():
    points = [0, 1.9, 2, 2, 22.9, 23]
    counts = {each.low: each.submissions for each in bins(points, 23)}
    assert sum(counts.values()) == len(points)
    assert (counts[0], counts[2]) == (2, 2)
    assert [each.submissions for each in bins(points, 23)][-1] == 2


def test_the_hardest_check_comes_first(row, outcomes):
    rows = [
        row("a", outcomes(PASSED, FAILED, PASSED, FAILED)),
        row("b", outcomes(PASSED, FAILED, FAILED, UNTOUCHED)),
        row("c"),
    ]
    counts = hardest(rows)
    assert [(count.name.split()[0], count.passed, count.not_attempted, count.of) for count in counts] == [
        ("text", 0, 0, 2),
        ("four", 0, 1, 2),
        ("secret", 1, 0, 2),
        ("three", 2, 0, 2),
    ]
    assert [count.hidden for count in counts] == [False, False, True, False]
    assert [count.observed for count in counts] == [False, True, False, False]


def test_points_are_added_up_by_task(row, outcomes):
    rows = [row("a", outcomes(*[PASSED] * 4)), row("b", outcomes(PASSED, FAILED, PASSED, FAILED))]
    assert [tuple(count) for count in tasks(rows, ["halve"])] == [
        ("halve", 1, 2, 1, 2),
        ("double", 8, 10, 1, 2),
    ]


def test_identical_files_are_grouped(row):
    rows = [row("a", sha256="1"), row("b", sha256="2"), row("c", sha256="1"), row("d", sha256="")]
    assert [[row.submission for row in group] for group in identical(rows)] == [["a", "c"]]


def test_only_points_that_were_earned_rest_on_observation(row, outcomes):
    assert observed_points(row("a", outcomes(*[PASSED] * 4))) == 1
    assert observed_points(row("a", outcomes(PASSED, PASSED, PASSED, FAILED))) == 0


@pytest.mark.parametrize(("values", "due"), [([], 0), ([3], 3), ([3, 1, 2], 2), ([4, 1, 2, 3], 2.5)])
def test_the_median(values, due):
    assert median(values) == due
