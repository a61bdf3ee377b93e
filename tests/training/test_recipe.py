"""The recipe refuses what makes no sense, in one line that says what would."""

import json
import subprocess
import sys

import pytest

from cnn_course.training.recipe import Recipe


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": -3}, "epochs=-3: must be a whole number from 1 up"),
        ({"epochs": 1.5}, "epochs=1.5: must be a whole number from 1 up"),
        ({"batch_size": 0}, "batch_size=0: must be a whole number from 1 up"),
        ({"learning_rate": 0.0}, "learning_rate=0: nothing would be learned; must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate=nan: must be a number above 0"),
        ({"optimizer": "adm"}, "optimizer='adm': choose from sgd, adam (did you mean adam?)"),
        (
            {"augment": ("flip", "crup")},
            "augment='crup': choose from flip, crop, cutout (did you mean crop?)",
        ),
        ({"learning_rate": float("inf")}, "learning_rate=inf: must be a number above 0"),
        ({"epochs": None}, "epochs=None: must be a whole number from 1 up"),
        ({"augment": "flip"}, "augment='flip': must be a tuple, such as ('flip',)"),
        ({"step_at": None}, "step_at=None: must be a tuple, such as (0.5, 0.75)"),
        ({"auxiliary_weight": -1}, "auxiliary_weight=-1: must be 0 or more"),
        ({"momentum": 1.0}, "momentum=1.0: must be from 0 to below 1"),
        ({"epochs": 2, "warmup_epochs": 3.0}, "warmup_epochs=3.0: must not exceed epochs=2"),
        (
            {"step_at": (0.75, 0.5)},
            "step_at=(0.75, 0.5): must be rising shares between 0 and 1, such as 0.5 0.75",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_line(settings, message):
    with pytest.raises(ValueError) as refusal:
        Recipe(**settings)
    assert str(refusal.value) == message


def test_a_recipe_survives_json_and_names_the_rate_it_really_uses():
    recipe = Recipe(optimizer="sgd", augment=("crop",), step_at=(0.5,))
    written = json.loads(json.dumps(recipe.as_dict()))
    assert written["learning_rate"] == 0.1
    assert Recipe.from_dict(written).as_dict() == recipe.as_dict()


def test_from_dict_names_a_setting_that_no_recipe_has():
    with pytest.raises(ValueError, match="'epoch' is no setting of a recipe; there are epochs, batch_size"):
        Recipe.from_dict({"epoch": 3})


@pytest.mark.parametrize(
    ("statement", "frameworks_loaded"),
    [
        ("from cnn_course.training import Recipe, find_runs, open_run", False),
        ("import cnn_course.cli; cnn_course.cli.build_parser()", False),
        ("import cnn_course.data", False),
        ("from cnn_course.training import train", True),  # so that this test is known to be able to fail
    ],
)
def test_what_help_and_listings_need_imports_no_framework(statement, frameworks_loaded):
    code = f"{statement}; import sys; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == int(frameworks_loaded)
