"""Five ways to halve a map, compared where the decks compare them."""

import keras
import numpy as np
import pytest

from cnn_course.layers import L2Pooling2D
from cnn_course.models import build
from cnn_course.models.downsampling_cnn import DOWNSAMPLING

POOLS = {
    "max": keras.layers.MaxPooling2D,
    "average": keras.layers.AveragePooling2D,
    "l2": L2Pooling2D,
    "overlapping": keras.layers.MaxPooling2D,
}


@pytest.mark.parametrize("downsampling", DOWNSAMPLING)
def test_every_way_halves_the_map_three_times(downsampling):
    network = build("downsampling_cnn", downsampling=downsampling)
    last = {"strided": "_conv"}.get(downsampling, "")
    sides = [network.get_layer(f"stage{stage}_down{last}").output.shape[1:] for stage in (1, 2, 3)]
    assert sides == [(16, 16, 32), (8, 8, 64), (4, 4, 128)]


@pytest.mark.parametrize(("downsampling", "kind"), POOLS.items())
def test_pooling_has_its_kind_window_and_stride(downsampling, kind):
    pool = build("downsampling_cnn", downsampling=downsampling).get_layer("stage1_down")
    side = 3 if downsampling == "overlapping" else 2
    assert type(pool) is kind
    assert (pool.pool_size, pool.strides) == ((side, side), (2, 2))


def test_strided_convolution_is_learned_and_rectified():
    step = build("downsampling_cnn", downsampling="strided").get_layer("stage2_down_conv")
    assert (step.kernel_size, step.strides, step.filters) == ((3, 3), (2, 2), 64)
    assert step.activation is keras.activations.relu


def test_overlapping_windows_keep_the_odd_row_and_the_others_drop_it():
    def sides(downsampling):
        network = build("downsampling_cnn", input_shape=(15, 15, 1), downsampling=downsampling)
        return network.get_layer("gap").input.shape[1]

    assert {way: sides(way) for way in DOWNSAMPLING} == {
        "max": 1, "average": 1, "l2": 1, "overlapping": 2, "strided": 2
    }  # fmt: skip


def test_head_of_flattened_maps_sees_where_a_feature_is_and_the_averaging_one_does_not():
    x = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
    x[:, :, 16:] = 0
    moved = np.roll(x, 16, axis=2)  # by whole pooling windows; borders aside, the maps move along
    change = {}
    for head in ("gap", "flatten"):
        keras.utils.set_random_seed(0)
        network = build("downsampling_cnn", head=head)
        scores = keras.Model(network.input, network.get_layer(head).output)
        change[head] = np.abs(scores(x) - scores(moved)).mean() / np.abs(scores(x)).mean()
    assert change["gap"] < 0.25 < 0.5 < change["flatten"]
