"""Known wrong answers; `says` is what each of them has to hear."""

import keras
import numpy as np

from cnn_course.grading import mistake


def pooled(x, k, s, reduce):
    """(n, h, w, c) -> (n, h', w', c): `reduce` of every window."""
    n, h, w, c = x.shape
    y = np.zeros((n, (h - k) // s + 1, (w - k) // s + 1, c))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            y[:, i, j] = reduce(x[:, i * s : i * s + k, j * s : j * s + k])
    return y


def largest(window):
    return window.max((1, 2))


def mean(window):
    return window.mean((1, 2))


def root(window):
    return np.sqrt((window**2).sum((1, 2)))


def chosen(mode, **instead):
    """The function for a mode, or what stands in its place in a wrong answer."""
    functions = {"max": largest, "average": mean, "l2": root} | instead
    if mode not in functions:
        raise ValueError(f"mode={mode!r}")
    return functions[mode]


@mistake("pool2d", says="compared with a 0 as well")
def starts_the_maximum_at_zero(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, max=lambda w: np.maximum(w.max((1, 2)), 0)))


@mistake("pool2d", says="not the one farthest from 0")
def takes_the_largest_magnitude(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, max=lambda w: np.abs(w).max((1, 2))))


@mistake("pool2d", says="slide prints rounded means")
def prints_means_like_the_slide(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, average=lambda w: np.floor(w.mean((1, 2)) + 0.5)))


@mistake("pool2d", says="lost their fractions")
def keeps_the_dtype_of_x(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode)).astype(x.dtype)


@mistake("pool2d", says="divide by the k * k values")
def adds_up_in_place_of_averaging(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, average=lambda w: w.sum((1, 2))))


@mistake("pool2d", says="you divided by k")
def divides_by_the_side(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, average=lambda w: w.sum((1, 2)) / k))


@mistake("pool2d", says="its root is missing here")
def forgets_the_root(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, l2=lambda w: (w**2).sum((1, 2))))


@mistake("pool2d", says="added up, not averaged")
def averages_the_squares(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, l2=lambda w: np.sqrt((w**2).mean((1, 2)))))


@mistake("pool2d", says="square the values before adding")
def adds_before_squaring(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode, l2=lambda w: np.abs(w.sum((1, 2)))))


@mistake("pool2d", says="in steps of k, not of s")
def steps_by_the_window(x, k=2, s=2, mode="max"):
    return pooled(x, k, k, chosen(mode))


@mistake("pool2d", says="windows are s wide")
def windows_as_wide_as_the_step(x, k=2, s=2, mode="max"):
    return pooled(x, s, s, chosen(mode))


@mistake("pool2d", says="k and s have changed places")
def mixes_up_window_and_step(x, k=2, s=2, mode="max"):
    return pooled(x, s, k, chosen(mode))


@mistake("pool2d", says="all maps came out alike")
def pools_over_the_maps_too(x, k=2, s=2, mode="max"):
    over_all = {
        "max": lambda w: w.max((1, 2, 3), keepdims=False)[:, None],
        "average": lambda w: w.mean((1, 2, 3))[:, None],
        "l2": lambda w: np.sqrt((w**2).sum((1, 2, 3)))[:, None],
    }
    return pooled(x, k, s, chosen(mode, **over_all))


@mistake("pool2d", says="all images came out like the first")
def looks_at_the_first_image_only(x, k=2, s=2, mode="max"):
    return np.broadcast_to(
        pooled(x[:1], k, s, chosen(mode)), (len(x), *pooled(x[:1], k, s, largest).shape[1:])
    )


@mistake("pool2d", says="rows and columns have changed places")
def swaps_rows_and_columns(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, chosen(mode)).transpose(0, 2, 1, 3)


@mistake("pool2d", says="(1, 3, 4, 1), (1, 2, 3, 1) was expected")
def pads_an_odd_side(x, k=2, s=2, mode="max"):
    more = [(-(x.shape[axis] - k)) % s for axis in (1, 2)]
    padded = np.pad(x, [(0, 0), (0, more[0]), (0, more[1]), (0, 0)], mode="edge")
    return pooled(padded, k, s, chosen(mode))


@mistake("pool2d", says='"median") must raise ValueError')
def takes_any_other_mode_for_l2(x, k=2, s=2, mode="max"):
    return pooled(x, k, s, {"max": largest, "average": mean}.get(mode, root))


@mistake("l2_pool_features", says="these are the sums of squares")
def feature_root_is_missing(x, n=2):
    groups = x.shape[-1] // n
    return (x[..., : groups * n].reshape(*x.shape[:-1], groups, n) ** 2).sum(-1)


@mistake("l2_pool_features", says="you averaged the squares")
def feature_squares_are_averaged(x, n=2):
    groups = x.shape[-1] // n
    return np.sqrt((x[..., : groups * n].reshape(*x.shape[:-1], groups, n) ** 2).mean(-1))


@mistake("l2_pool_features", says="a group has neighbours")
def groups_every_nth_map(x, n=2):
    groups = x.shape[-1] // n
    return np.sqrt((x[..., : groups * n].reshape(*x.shape[:-1], n, groups) ** 2).sum(-2))


@mistake("l2_pool_features", says="your groups overlap")
def groups_overlap(x, n=2):
    return np.stack([np.sqrt((x[..., c : c + n] ** 2).sum(-1)) for c in range(x.shape[-1] - n + 1)], axis=-1)


@mistake("l2_pool_features", says="not over the maps")
def pools_over_the_image(x, n=2):
    return np.sqrt((x**2).sum((1, 2), keepdims=True))


@mistake("l2_pool_features", says="squared before they are added up")
def adds_the_maps(x, n=2):
    groups = x.shape[-1] // n
    return x[..., : groups * n].reshape(*x.shape[:-1], groups, n).sum(-1)


@mistake("l2_pool_features", says="cannot reshape")
def needs_full_groups(x, n=2):
    return np.sqrt((x.reshape(*x.shape[:-1], x.shape[-1] // n, n) ** 2).sum(-1))


@mistake("conv_pool_patch", says="P - 1 pixels")
def adds_the_windows(K, P):
    return K + P


@mistake("conv_pool_patch", says="don't lie side by side")
def multiplies_the_windows(K, P):
    return K * P


@mistake("conv_pool_patch", says="the convolution alone")
def forgets_the_pool(K, P):
    return K


@mistake("conv_pool_patch", says="one too few")
def subtracts_twice(K, P):
    return K + P - 2


@mistake("conv_pool_patch", says="in steps of 1, whatever the pool does")
def takes_the_step_of_the_pool(K, P):
    return K + 2 * (P - 1)


@mistake("global_average_pool", says="these are sums; divide by the number of places")
def adds_up_the_places(x):
    return x.sum((1, 2))


@mistake("global_average_pool", says="these are the maxima")
def takes_the_maximum_of_a_map(x):
    return x.max((1, 2))


@mistake("global_average_pool", says="the images must stay apart")
def averages_the_images_too(x):
    return x.mean((0, 1, 2))


@mistake("global_average_pool", says="the averaged axes should be gone")
def keeps_the_axes(x):
    return x.mean((1, 2), keepdims=True)


@mistake("global_average_pool", says="the channels are the last axis here")
def takes_channels_first(x):
    return x.mean((2, 3))


@mistake("global_average_pool", says="only the rows were averaged")
def averages_rows_only(x):
    return x.mean(1)


@mistake("global_average_pool", says="axis 0 counts the images")
def forgets_the_batch_axis(x):
    return x.mean((0, 1))


def inputs_of(map_shape, head):
    m, n, d = map_shape
    return {"flatten": m * n * d, "gap": d}[head] if head in ("flatten", "gap") else unknown(head)


def unknown(head):
    raise ValueError(f"head={head!r}")


@mistake("head_parameters", says="the biases are missing")
def head_without_biases(map_shape, classes, head):
    return inputs_of(map_shape, head) * classes


@mistake("head_parameters", says="each class has a bias of its own")
def head_with_one_bias(map_shape, classes, head):
    return inputs_of(map_shape, head) * classes + 1


@mistake("head_parameters", says="one number for each map: d inputs")
def gap_keeps_the_places(map_shape, classes, head):
    m, n, d = map_shape
    return ({"flatten": m * n * d, "gap": m * n}.get(head) or unknown(head)) * classes + classes


@mistake("head_parameters", says="the inputs of the other head")
def swaps_the_heads(map_shape, classes, head):
    m, n, d = map_shape
    return ({"gap": m * n * d, "flatten": d}.get(head) or unknown(head)) * classes + classes


@mistake("head_parameters", says="one of the two sides is missing")
def flattens_one_side(map_shape, classes, head):
    m, n, d = map_shape
    return ({"flatten": m * d, "gap": d}.get(head) or unknown(head)) * classes + classes


@mistake("head_parameters", says='"fc") must raise ValueError')
def takes_any_other_head_for_gap(map_shape, classes, head):
    m, n, d = map_shape
    return ((m * n * d if head == "flatten" else d) + 1) * classes


SHRINKING = {
    "max": lambda x: keras.layers.MaxPooling2D(2)(x),
    "average": lambda x: keras.layers.AveragePooling2D(2)(x),
    "overlapping": lambda x: keras.layers.MaxPooling2D(3, 2, padding="same")(x),
    "strided": lambda x: keras.layers.Conv2D(x.shape[-1], 3, 2, padding="same", activation="relu")(x),
}


def net(
    kind,
    head,
    input_shape,
    classes,
    *,
    filters=(32, 64, 128),
    padding="same",
    activation="relu",
    scores="softmax",
    shrinking=SHRINKING,
    last=True,
):
    """The right network, but for what an argument changes."""
    x = image = keras.Input(input_shape)
    for stage, depth in enumerate(filters):
        x = keras.layers.Conv2D(depth, 3, padding=padding, activation=activation)(x)
        x = shrinking[kind](x) if last or stage < 2 else x
    x = (keras.layers.Flatten() if head == "flatten" else keras.layers.GlobalAveragePooling2D())(x)
    return keras.Model(image, keras.layers.Dense(classes, activation=scores)(x))


@mistake("build_downsampling_net", says="the 3x3 convolution has padding 'valid'")
def net_without_padding(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, padding="valid")


@mistake("build_downsampling_net", says="stage 1: ReLU is missing")
def net_without_relu(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, activation=None)


@mistake("build_downsampling_net", says="softmax is missing")
def net_without_softmax(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, scores=None)


@mistake("build_downsampling_net", says="has 32 filters; 64 expected")
def net_that_never_grows(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, filters=(32, 32, 32))


@mistake("build_downsampling_net", says="pooling is missing after ReLU")
def net_that_stops_shrinking(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, last=False)


@mistake("build_downsampling_net", says="flattening stands where global average pooling")
def net_with_swapped_heads(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, "gap" if head == "flatten" else "flatten", input_shape, classes)


@mistake("build_downsampling_net", says="has 10 units; 7 expected")
def net_with_ten_classes(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, 10)


@mistake("build_downsampling_net", says="average pooling expected")
def net_with_the_maximum_for_everything(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, shrinking=SHRINKING | {"average": SHRINKING["max"]})


@mistake("build_downsampling_net", says="has size 2x2; 3x3 expected")
def net_whose_windows_do_not_overlap(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    return net(kind, head, input_shape, classes, shrinking=SHRINKING | {"overlapping": SHRINKING["max"]})


@mistake("build_downsampling_net", says="the 3x3 max pooling has padding 'valid'")
def net_whose_overlapping_windows_have_no_padding(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    shrinking = SHRINKING | {"overlapping": lambda x: keras.layers.MaxPooling2D(3, 2)(x)}
    return net(kind, head, input_shape, classes, shrinking=shrinking)


@mistake("build_downsampling_net", says="stage 2: ReLU is missing after the first")
def net_whose_strided_convolution_is_linear(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    linear = {"strided": lambda x: keras.layers.Conv2D(x.shape[-1], 3, 2, padding="same")(x)}
    return net(kind, head, input_shape, classes, shrinking=SHRINKING | linear)


@mistake("build_downsampling_net", says="3x3 convolution is missing at the start")
def net_that_strides_its_only_convolutions(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    if kind != "strided":
        return net(kind, head, input_shape, classes)
    layers = keras.layers
    head_layer = layers.Flatten() if head == "flatten" else layers.GlobalAveragePooling2D()
    stages = [layers.Conv2D(f, 3, 2, padding="same", activation="relu") for f in (32, 64, 128)]
    return keras.Sequential(
        [keras.Input(input_shape), *stages, head_layer, layers.Dense(classes, activation="softmax")]
    )
