"""The configuration of a network that a check expects, made by this course's own builders.

Where Keras is there already, as while learning, the network is built here. A process that judges others'
work has no Keras in it: another process builds all its networks. Either way each once.
"""

import json
import sys
from functools import cache
from typing import Any

from cnn_course.grading.claimed.asking import evaluator
from cnn_course.grading.values import NetworkToBuild


def config_of(given: NetworkToBuild) -> dict[str, Any]:
    """The configuration, as that of `model.to_json()`; its weights do not matter.

    CannotJudge if there is no such network.
    """
    if given.config is not None:
        return dict(given.config)
    return json.loads(_built(json.dumps({"builder": given.builder, "arguments": dict(given.arguments)})))


@cache
def _built(asked: str) -> str:
    if "keras" in sys.modules:
        return built_here(asked)
    return evaluator().build(asked)


def built_here(asked: str) -> str:
    """JSON of the network that is asked for in JSON."""
    from cnn_course.grading.keras_values import keras_model

    return keras_model(NetworkToBuild(**json.loads(asked))).to_json()
