"""How large an experiment is: `smoke` proves that it runs, `cpu` suits a laptop, `gpu` is the whole of it.

The same code in all three. A master's header has `profiles: {cpu: {per_class: 500, epochs: 10}, ...}`, whose
keys are `per_class` (training images of each class), `classes` (these alone; either left out: all) and the
fields of `Recipe`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cnn_course.training.recipe import Recipe

PROFILES = ("smoke", "cpu", "gpu")
VARIABLE = "CNN_COURSE_PROFILE"
OF_THE_DATA = ("per_class", "classes")
UNLESS_TOLD: dict[str, dict[str, Any]] = {"smoke": {"per_class": 20, "epochs": 1}}


@dataclass(frozen=True)
class Profile:
    """A size of an experiment. `data`: which of the images, as arguments of `cnn_course.data.load`."""

    name: str
    data: dict[str, Any]
    recipe: Recipe


def profile_of(facts: Mapping[str, Any], name: str) -> Profile:
    """The profile of that name of an exercise; `facts` are those of its exercise.json."""
    settings = UNLESS_TOLD.get(name, {}) | dict(facts.get("profiles", {}).get(name, {}))
    data = {key: settings.pop(key) for key in OF_THE_DATA if key in settings}
    per_class = data.get("per_class", 1)
    if type(per_class) is not int or per_class < 1:
        raise ValueError(f"per_class={per_class!r}: must be a whole number from 1 up")
    return Profile(name, data, Recipe.from_dict(settings))


def chosen_profile() -> str:
    """The name in $CNN_COURSE_PROFILE, or else "gpu" where Keras has one and "cpu" elsewhere."""
    named = os.environ.get(VARIABLE, "").strip().lower()
    if named and named not in PROFILES:
        near = get_close_matches(named, PROFILES, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"{VARIABLE}={named}: choose from {', '.join(PROFILES)}{hint}")
    return named or ("gpu" if _has_gpu() else "cpu")


def _has_gpu() -> bool:
    from cnn_course.training.precision import has_gpu

    return has_gpu()
