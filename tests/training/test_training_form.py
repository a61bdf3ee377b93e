"""A network trains in a form of its own, and is a plain Keras model before and after."""

import time
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from tensorflow.python.framework import config

from cnn_course.training import train
from cnn_course.training.callbacks import ProgressBar
from cnn_course.training.checkpoint import BEST
from cnn_course.training.environment import code_digest, keep_tensorflow_off_gpus
from cnn_course.training.gradients import probe_gradients
from cnn_course.training.optimizers import build_loss
from cnn_course.training.precision import computing_in
from cnn_course.training.projector import write_projector
from cnn_course.training.recipe import Recipe


class Watch(keras.callbacks.Callback):
    """Notes how things are in the middle of a training."""

    def on_epoch_end(self, epoch, logs=None):
        self.deterministic = config.is_op_determinism_enabled()
        self.policies = {layer.name: layer.dtype_policy.name for layer in self.model.layers}


def net_of_mixed_precision() -> keras.Model:
    """One convolution computes in half precision by its builder's choice, the other in single precision."""
    images = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, dtype="mixed_bfloat16", name="half")(images)
    x = layers.BatchNormalization(name="bn")(layers.Conv2D(4, 3, name="single")(x))
    x = layers.Dense(2, activation="softmax", name="out")(layers.GlobalMaxPooling2D()(x))
    return keras.Model(images, x, name="net")


@pytest.fixture(scope="module")
def trained(data, recipe, tmp_path_factory):
    """(model after a training in half precision with deterministic operations, what was watched, its run)."""
    watch, model = Watch(), net_of_mixed_precision()
    recipe = replace(recipe, precision="mixed_float16", deterministic=True, epochs=1)
    run = train(model, data, recipe, logs=tmp_path_factory.mktemp("logs"), verbose=0, callbacks=[watch])
    return model, watch, run


def test_layers_compute_as_the_recipe_says_only_while_they_train(trained):
    model, watch, _ = trained
    assert watch.policies["half"] == "mixed_bfloat16"
    assert (watch.policies["single"], watch.policies["out"]) == ("mixed_float16", "float32")
    after = {layer.name: layer.dtype_policy.name for layer in model.layers}
    assert (after["half"], after["single"], after["out"]) == ("mixed_bfloat16", "float32", "float32")


def test_a_network_is_saved_in_the_precision_that_its_builder_chose(trained):
    saved = keras.models.load_model(trained[2].folder / BEST)
    policies = {layer.name: layer.dtype_policy.name for layer in saved.layers}
    assert (policies["half"], policies["single"]) == ("mixed_bfloat16", "float32")


def test_afterwards_the_model_is_not_compiled_and_carries_nothing_of_the_training(trained):
    model = trained[0]
    assert (model.compiled, model.optimizer, model.train_function, model.test_function) == (
        False,
        None,
        None,
        None,
    )
    assert model.steps_per_execution == 1
    weights = {variable.path for variable in model.weights}
    assert {v.path for v in model.variables if "metric" in v.path or "accuracy" in v.path} <= weights


def test_afterwards_the_model_can_be_compiled_fitted_and_saved_by_its_owner(trained, data, tmp_path):
    model, images = trained[0], data.train.images / np.float32(255)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.evaluate(images, data.train.labels, verbose=0)
    model.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras")
    assert loaded.evaluate(images, data.train.labels, verbose=0) == pytest.approx(before, rel=1e-4)
    model.fit(images, data.train.labels, verbose=0)


def test_deterministic_operations_are_on_during_the_training_alone(trained):
    assert trained[1].deterministic
    assert not config.is_op_determinism_enabled()


def test_gradients_in_half_precision_do_not_vanish():
    keras.utils.set_random_seed(0)
    images = keras.Input((8, 8, 3))
    x = layers.Conv2D(2, 3, name="conv")(images)
    x = layers.Rescaling(1e-6)(x)  # what comes back through it is below 6e-8, half precision's least number
    model = keras.Model(images, layers.Dense(2, "softmax", name="out")(layers.Flatten()(x)))
    x, y = np.random.default_rng(0).normal(0, 1, (16, 8, 8, 3)).astype("float32"), np.arange(16) % 2

    def gradient(precision: str, optimizer: keras.optimizers.Optimizer) -> np.ndarray:
        with computing_in(model, precision):
            model.compile(optimizer, build_loss(Recipe(), 2))
            return probe_gradients(model, x, y)["conv/kernel"]

    expected = gradient("float32", keras.optimizers.SGD())
    assert np.abs(expected).max() > 1e-7
    assert not gradient("mixed_float16", keras.optimizers.SGD()).any()
    got = gradient("mixed_float16", keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()))
    np.testing.assert_allclose(got, expected, atol=0.05 * np.abs(expected).max())


def test_the_bar_never_counts_past_the_end(capsys):
    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.1)  # or the bar leaves it out

    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=4)
    model.fit(
        np.zeros((15, 1)), np.zeros((15, 1)), batch_size=1, callbacks=[Slow(), ProgressBar()], verbose=1
    )
    shown = capsys.readouterr().out
    assert "15/15" in shown
    assert "16/15" not in shown


def test_the_projector_takes_a_last_layer_with_several_inputs(data, tmp_path):
    images = keras.Input((8, 8, 3))
    heads = [layers.Dense(2, "softmax")(layers.Flatten()(images)) for _ in range(2)]
    folder = write_projector(tmp_path, keras.Model(images, layers.Average()(heads), name="both"), data)
    assert np.loadtxt(folder / "features.tsv").shape == (64, 4)


def test_the_projector_shows_the_best_network_not_the_last(data, recipe, make_net, tmp_path):
    class Forget(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.get_layer("bn1").gamma.assign(np.zeros(4))
                self.model.get_layer("bn1").beta.assign(np.full(4, -9.0))

    recipe = replace(recipe, epochs=2)
    run = train(make_net(), data, recipe, logs=tmp_path, projector=True, verbose=0, callbacks=[Forget()])
    assert run.best["epoch"] == 1
    features = np.loadtxt(run.folder / "validation" / "features.tsv")
    assert features.std(axis=0).max() > 0.01  # the last network sees nothing: all of its features are 0


def test_elsewhere_than_on_tensorflow_it_is_kept_off_the_gpus(monkeypatch):
    asked = []
    monkeypatch.setattr("tensorflow.config.set_visible_devices", lambda *devices: asked.append(devices))
    keep_tensorflow_off_gpus()
    assert asked == []
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    keep_tensorflow_off_gpus()
    assert asked == [([], "GPU")]


def test_the_digest_of_the_code_does_not_depend_on_the_ends_of_lines(tmp_path, monkeypatch):
    digests = []
    for system, end in (("unix", b"\n"), ("windows", b"\r\n")):
        (tmp_path / system / "sub").mkdir(parents=True)
        for name in ("__init__.py", "sub/b.py", "sub-a.py"):
            (tmp_path / system / name).write_bytes(name.encode() + end)
        monkeypatch.setattr("cnn_course.__file__", str(tmp_path / system / "__init__.py"))
        digests.append(code_digest())
    assert digests[0] == digests[1]
