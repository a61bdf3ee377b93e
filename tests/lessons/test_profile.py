"""Profiles: which there are, what they say, how one is chosen."""

import pytest

from cnn_course.lessons import profile
from cnn_course.lessons.profile import chosen_profile, profile_of

FACTS = {"profiles": {"cpu": {"per_class": 50, "epochs": 2}, "gpu": {"classes": ["cat", "dog"]}}}


def test_a_profile_is_a_part_of_the_data_and_a_recipe():
    cpu = profile_of(FACTS, "cpu")
    assert (cpu.name, cpu.data, cpu.recipe.epochs) == ("cpu", {"per_class": 50}, 2)


def test_a_profile_may_choose_classes_and_leaves_the_recipe_as_it_is():
    gpu = profile_of(FACTS, "gpu")
    assert gpu.data == {"classes": ["cat", "dog"]}
    assert gpu.recipe.epochs == 10


def test_smoke_is_small_also_where_the_header_has_none_or_only_a_part_of_it():
    assert profile_of(FACTS, "smoke").data == {"per_class": 20}
    recipe = profile_of({"profiles": {"smoke": {"batch_size": 8}}}, "smoke").recipe
    assert (recipe.epochs, recipe.batch_size) == (1, 8)


@pytest.mark.parametrize(("gpu", "expected"), [(True, "gpu"), (False, "cpu")])
def test_the_device_chooses(monkeypatch, gpu, expected):
    monkeypatch.delenv(profile.VARIABLE, raising=False)
    monkeypatch.setattr(profile, "_has_gpu", lambda: gpu)
    assert chosen_profile() == expected


def test_the_environment_overrules_the_device(monkeypatch):
    monkeypatch.setenv(profile.VARIABLE, "Smoke")
    assert chosen_profile() == "smoke"


def test_a_misspelt_profile_is_told(monkeypatch):
    monkeypatch.setenv(profile.VARIABLE, "smok")
    with pytest.raises(ValueError, match=r"CNN_COURSE_PROFILE=smok: choose .* \(did you mean smoke\?\)"):
        chosen_profile()
