"""What no training can come of is refused in one line that says how to mend it."""

import keras
import pytest
from keras import layers

from cnn_course.training import Recipe, seed, train
from cnn_course.training.checks import check_fit


def sequential(*stack: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((8, 8, 3)), *stack], name="net")


class OwnModel(keras.Model):
    """A network that only its class knows."""

    def __init__(self) -> None:
        super().__init__(name="own")
        self.last = layers.Dense(2, activation="softmax")

    def call(self, images):
        return self.last(layers.Flatten()(images))


def two_inputs() -> keras.Model:
    images = [keras.Input((8, 8, 3)) for _ in range(2)]
    x = layers.Flatten()(layers.Add()(images))
    return keras.Model(images, layers.Dense(2, activation="softmax")(x), name="net")


WRONG = [
    ([layers.Flatten(), layers.Dense(2)], "net gives scores that add up to"),
    ([layers.Flatten(), layers.Dense(2, "sigmoid")], "not probabilities: end it with a softmax"),
    ([layers.Conv2D(2, 1)], r"net gives \(None, 8, 8, 2\), more than a row for each image: end it"),
    ([layers.Flatten(), layers.Dense(1, "sigmoid")], "has 1 outputs, stripes has 2 classes"),
]


@pytest.mark.parametrize(("stack", "message"), WRONG)
def test_a_network_whose_outputs_are_no_probabilities_of_these_classes_is_refused(stack, message, data):
    with pytest.raises(ValueError, match=message):
        check_fit(sequential(*stack), data)


def flat_input() -> keras.Model:
    return keras.Sequential([keras.Input((192,)), layers.Dense(2, "softmax")], name="net")


WRONG_INPUT = [
    (flat_input, r"net takes images of \(192,\), stripes has \(8, 8, 3\): build it with input_shape="),
    (two_inputs, "net has 2 inputs; it is given one, the images"),
    (OwnModel, r"own is a class of its own.*wrap it, image = keras.Input\(\(8, 8, 3\)\)"),
]


@pytest.mark.parametrize(("make", "message"), WRONG_INPUT)
def test_a_network_that_does_not_take_these_images_is_refused(make, message, data):
    with pytest.raises(ValueError, match=message):
        check_fit(make(), data)


def test_a_class_of_its_own_that_is_wrapped_as_the_message_says_will_do(data):
    own = OwnModel()
    image = keras.Input((8, 8, 3))
    check_fit(keras.Model(image, own(image)), data)


def test_a_sequential_without_input_is_built_for_the_images(data):
    model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
    check_fit(model, data)
    assert model.input_shape == (None, 8, 8, 3)


def test_probabilities_may_come_out_of_any_layer(data):
    images = keras.Input((8, 8, 3))
    heads = [layers.Dense(2, activation="softmax")(layers.Flatten()(images)) for _ in range(2)]
    check_fit(keras.Model(images, layers.Average()(heads)), data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "resnet20"}, "model is 'resnet20'; it must be a Keras model, such as"),
        ({"model": None}, "model is None; it must be a Keras model"),
        ({"model": OwnModel}, "model is the class OwnModel, not one made of it; it must be a Keras model"),
        ({"data": None}, "data is None; it must be a Dataset, as"),
        ({"data": "cifar10"}, "data is 'cifar10'; it must be a Dataset"),
        ({"recipe": {"epochs": 2}}, "recipe is of type dict; it must be a Recipe, such as"),
        ({"recipe": Recipe}, "recipe is the class Recipe, not one made of it; it must be"),
        ({"name": None}, "None can't name a folder of runs: use letters"),
    ],
)
def test_what_is_of_the_wrong_kind_is_told_in_one_line(change, message, data, recipe, tmp_path):
    arguments = {
        "model": sequential(layers.Flatten(), layers.Dense(2, "softmax")),
        "data": data,
        "recipe": recipe,
    }
    with pytest.raises(ValueError) as problem:
        train(**arguments | change, logs=tmp_path / "logs")
    assert str(problem.value).startswith(message)
    assert "\n" not in str(problem.value)
    assert not (tmp_path / "logs").exists()


def test_seed_takes_a_recipe_only():
    with pytest.raises(ValueError, match="recipe is of type dict"):
        seed({"seed": 3})
