"""The exercises of this course keep their promises: what `cnn-course dev check` says of each."""

from pathlib import Path

import pytest

from cnn_course.lessons.masters import find_masters
from cnn_course.lessons.prove_all import prove_all

COURSE = Path(__file__).resolve().parents[2]
FOLDERS = find_masters(COURSE)


def test_there_are_exercises():
    assert len(FOLDERS) >= 9


@pytest.mark.timeout(900)  # hundreds of submissions, on a busy machine
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_exercise_keeps_its_promises(folder):
    (proof,) = prove_all([folder], jobs=1)
    assert [f"{defect.where}: {defect.what}" for defect in proof.defects] == []
