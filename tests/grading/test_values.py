"""What crosses between a check and a student's code: plain data, arrays and networks, and nothing else."""

import subprocess
import sys
from collections import OrderedDict, namedtuple
from enum import IntEnum
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_course.grading import network
from cnn_course.grading.expected import config_of
from cnn_course.grading.in_process import in_process
from cnn_course.grading.submission import BadAnswer
from cnn_course.grading.values import Foreign, Network, NetworkToBuild

Pair = namedtuple("Pair", "a b")
Colour = IntEnum("Colour", "RED")


class Evil:
    """Every way of looking at it raises."""

    def __getattribute__(self, name):
        raise RuntimeError("do not touch")

    __eq__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __array__ = __hash__ = __getattribute__


class EvilList(list):
    __iter__ = __len__ = __eq__ = __repr__ = Evil.__getattribute__


def returned(value):
    return in_process({"f": lambda: value}).f()


PLAIN = {
    "NumPy's float": (lambda: np.float32(0.5), 0.5),
    "NumPy's int": (lambda: np.int64(3), 3),
    "NumPy's bool": (lambda: np.True_, True),
    "a named tuple": (lambda: Pair(1, [2]), (1, [2])),
    "an ordered dict": (lambda: OrderedDict(b=1, a=(2,)), {"b": 1, "a": (2,)}),
    "a range": (lambda: range(3), [0, 1, 2]),
    "a set": (lambda: {3, 1, 2}, [1, 2, 3]),
    "a path": (lambda: Path("logs") / "run", "logs/run"),
    "an enum": (lambda: Colour.RED, 1),
    "a list that raises": (lambda: EvilList([1, 2]), [1, 2]),
    "a list": (lambda: [None, "text", 1.5, 2j], [None, "text", 1.5, 2j]),
}
FOREIGN = {
    "Evil": Evil,
    "generator": lambda: (i for i in range(3)),
    "type": lambda: Evil,
    "array of objects": lambda: np.array([1, None]),
    "KerasTensor": lambda: keras.Input((2,)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_returned_becomes_plain_data(name):
    make, plain = PLAIN[name]
    came = returned(make())
    assert came == plain
    assert type(came) is type(plain)


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_no_check_reads_arrives_as_foreign(kind):
    assert returned([FOREIGN[kind]()]) == [Foreign(kind)]
    with pytest.raises(AttributeError, match="has no shape"):
        _ = returned(FOREIGN[kind]()).shape


def test_a_list_in_itself_comes_to_an_end():
    endless: list = []
    endless.append(endless)
    assert "Foreign" not in repr(returned(endless))


@pytest.mark.parametrize(
    "tensor",
    [
        keras.ops.convert_to_tensor([1.0, 2.0]),
        keras.Variable([1.0, 2.0]),
        keras.ops.convert_to_tensor([1.0, 2.0], dtype="bfloat16"),
        np.matrix([1.0, 2.0]).A1,
        np.ma.array([1.0, 2.0]),
    ],
)
def test_tensors_of_any_kind_become_arrays(tensor):
    came = returned(tensor)
    assert type(came) is np.ndarray
    assert came.tolist() == [1.0, 2.0]


def test_an_array_that_is_returned_is_a_copy():
    kept = np.zeros(2)
    came = in_process({"f": lambda: kept}).f()
    kept += 1
    assert came.tolist() == [0, 0]


def two_blocks() -> keras.Model:
    """Two nested models with layers of one name, which were built before, and one batch normalisation."""
    image = keras.Input((8, 8, 3))
    layers = [keras.layers.Conv2D(3, 1, name="conv") for _ in "ab"]
    for layer in layers:
        layer.build((None, 8, 8, 3))
    block = [keras.Sequential([keras.Input((8, 8, 3)), layer]) for layer in layers]
    x = keras.layers.BatchNormalization(name="bn")(block[1](block[0](image)))
    model = keras.Model(image, [x, keras.layers.Flatten()(x)])
    block[0].trainable = False
    return model


def test_a_network_tells_its_weights_shapes_and_what_is_trainable():
    net = in_process({"f": two_blocks}).f()
    assert isinstance(net, Network)
    assert (net.parameters, net.trainable_parameters) == (2 * 12 + 4 * 3, 12 + 2 * 3)
    assert list(net.shapes)[:4] == ["conv/kernel", "conv/bias", "conv/kernel#2", "conv/bias#2"]
    assert net.trainable == {"conv/kernel#2", "conv/bias#2", "bn/gamma", "bn/beta"}
    assert (net.input_shape, net.output_shape) == ((None, 8, 8, 3), [(None, 8, 8, 3), (None, 192)])
    assert net.weight("bn/gamma").tolist() == net.weights["bn/gamma"].tolist() == [1, 1, 1]
    assert repr(net) == "a network of 36 parameters"
    assert type(net.config) is dict
    assert net.config["class_name"] == "Functional"


def test_a_network_predicts_where_it_lives_and_prints_nothing(capfd):
    net = in_process({"f": two_blocks}).f()
    maps, flat = net.predict(np.ones((2, 8, 8, 3)))
    assert (maps.shape, flat.shape) == ((2, 8, 8, 3), (2, 192))
    assert capfd.readouterr() == ("", "")


def test_a_network_that_a_student_made_can_be_handed_to_another_function():
    made = two_blocks()
    submission = in_process({"build": lambda: made, "same": lambda model: model is made})
    assert submission.same(submission.build())


def test_a_check_hands_over_a_network_by_name_or_by_configuration():
    def f(model):
        return model.name, model.count_params(), model(np.ones((1, *model.input_shape[1:])))

    name, count, answer = in_process({"f": f}).f(network("lenet5", classes=7))
    assert (name, count, answer.shape) == ("lenet5", 61_706 - 3 * 85, (1, 7))  # three classes of 84 + 1 less
    config = {"class_name": "Sequential", "config": {"name": "one", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}, "module": "keras.layers"},
        {"class_name": "Dense", "config": {"units": 1}, "module": "keras.layers"},
    ]}, "module": "keras"}  # fmt: skip
    name, count, answer = in_process({"f": f}).f(network(config, [np.array([[2.0], [3.0]]), np.array([1.0])]))
    assert (name, count, answer.tolist()) == ("one", 3, [[6.0]])


def test_a_block_is_applied_to_an_input_of_that_shape():
    stack = {"stack": lambda x, filters, n: keras.layers.Conv2D(filters, n)(x)}
    submission = in_process({**stack, "none": lambda x: None})
    net = submission.on_input("stack", (16, 16, 3), 4, n=3)
    assert (net.parameters, net.output_shape) == (4 * 28, (None, 14, 14, 4))
    assert submission.on_input("none", (16, 16, 3)) is None


def test_a_network_without_an_input_shape_is_told_how_to_begin():
    submission = in_process({"f": lambda: keras.Sequential([keras.layers.Dense(3)])})
    with pytest.raises(BadAnswer, match="begin it with keras.Input"):
        submission.f()


def test_an_expected_network_is_made_in_another_process_where_keras_is_not():
    code = """
import sys
from cnn_course.grading import network
from cnn_course.grading.expected import config_of
print(config_of(network("linear", classes=3))["config"]["name"], "keras" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["linear", "False"]
    assert config_of(network("linear", classes=3))["config"]["name"] == "linear"
    assert config_of(NetworkToBuild(config={"class_name": "Sequential"})) == {"class_name": "Sequential"}
