"""Other right answers to exercise 03, which must earn every point."""

from math import floor

import keras
import numpy as np
from keras import layers, ops
from solution import conv_output_size, im2col

from cnn_course.grading import alternative


@alternative("conv_output_size")
def size_by_counting(w, f, s=1, p=0, d=1, strict=False):
    taps = range(0, d * (f - 1) + 1, d)
    starts = [start for start in range(0, w + 2 * p, s) if start + taps[-1] < w + 2 * p]
    if strict and starts[-1] + taps[-1] != w + 2 * p - 1:
        raise ValueError("the last window does not end at the border")
    return len(starts)


@alternative("conv_output_size")
def size_by_floor(w, f, s=1, p=0, d=1, strict=False):
    steps = (w - ((f - 1) * d + 1) + 2 * p) / s
    if strict and steps != int(steps):
        raise ValueError(f"{steps} steps")
    return floor(steps + 1)


@alternative("conv_output_size")
def size_as_a_numpy_number(w, f, s=1, p=0, d=1, strict=False):
    steps, rest = np.divmod(w + 2 * p - d * (f - 1) - 1, s)
    if strict and rest:
        raise ValueError("no fit")
    return np.float64(steps + 1)


@alternative("conv2d_loops")
def convolves_filter_by_filter(x, w, b, stride=1, pad=0, dilation=1):
    k, _, channels, filters = w.shape
    x = np.pad(x.astype("float32"), ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    reach = dilation * (k - 1) + 1
    images = []
    for image in x:
        rows = []
        for top in range(0, image.shape[0] - reach + 1, stride):
            row = []
            for left in range(0, image.shape[1] - reach + 1, stride):
                window = image[top : top + reach : dilation, left : left + reach : dilation]
                row.append([float((window * w[..., f]).sum() + b[f]) for f in range(filters)])
            rows.append(row)
        images.append(rows)
    return images


@alternative("conv2d_loops")
def convolves_tap_by_tap(x, w, b, stride=1, pad=0, dilation=1):
    k = len(w)
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rows, columns = (conv_output_size(side, k, stride, d=dilation) for side in x.shape[1:3])
    y = np.zeros((len(x), rows, columns, w.shape[3])) + b
    for i, j in np.ndindex(k, k):
        top, left = i * dilation, j * dilation
        seen = x[:, top : top + stride * rows : stride, left : left + stride * columns : stride][
            :, :rows, :columns
        ]
        y += seen @ w[i, j]
    return y


@alternative("conv2d_loops")
def convolves_without_np_pad(x, w, b, stride=1, pad=0, dilation=1):
    n, height, width, channels = x.shape
    k = len(w)
    rows, columns = (conv_output_size(side, k, stride, pad, dilation) for side in (height, width))
    y = np.tile(np.asarray(b, "float64"), (n, rows, columns, 1))
    for r, c, i, j in np.ndindex(rows, columns, k, k):
        row, column = r * stride - pad + i * dilation, c * stride - pad + j * dilation
        if 0 <= row < height and 0 <= column < width:
            y[:, r, c] += np.dot(x[:, row, column], w[i, j])
    return y


@alternative("conv2d_loops")
def convolves_a_spread_kernel(x, w, b, stride=1, pad=0, dilation=1):
    k, _, channels, filters = w.shape
    reach = dilation * (k - 1) + 1
    spread = np.zeros((reach, reach, channels, filters), "float32")
    spread[::dilation, ::dilation] = w
    x = ops.pad(ops.convert_to_tensor(x, "float32"), ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    return ops.conv(x, ops.convert_to_tensor(spread), strides=stride) + ops.convert_to_tensor(b, "float32")


@alternative("im2col")
def columns_line_by_line(x, k, stride=1, pad=0):
    x = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    rows, columns = (conv_output_size(side, k, stride) for side in x.shape[:2])
    matrix = np.zeros((k, k, x.shape[2], rows, columns))
    for i, j, c in np.ndindex(matrix.shape[:3]):
        matrix[i, j, c] = x[i : i + stride * rows : stride, j : j + stride * columns : stride, c][
            :rows, :columns
        ]
    return matrix.reshape(k * k * x.shape[2], rows * columns)


@alternative("im2col")
def columns_by_views(x, k, stride=1, pad=0):
    x = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(0, 1))[::stride, ::stride]
    return windows.transpose(3, 4, 2, 0, 1).reshape(k * k * x.shape[2], -1)


@alternative("im2col")
def columns_by_an_index(x, k, stride=1, pad=0):
    x = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    rows, columns = (conv_output_size(side, k, stride) for side in x.shape[:2])
    i, j = np.divmod(np.arange(k * k), k)
    top, left = np.divmod(np.arange(rows * columns), columns)
    windows = x[i[:, None] + stride * top, j[:, None] + stride * left]
    return windows.swapaxes(1, 2).reshape(-1, rows * columns)


@alternative("conv2d_gemm")
def filters_as_rows(x, w, b, stride=1, pad=0):
    k, filters = w.shape[0], w.shape[3]
    rows, columns = (conv_output_size(side, k, stride, pad) for side in x.shape[1:3])
    matrix = w.reshape(-1, filters).T
    maps = [
        (matrix @ im2col(image, k, stride, pad) + np.reshape(b, (-1, 1))).reshape(filters, rows, columns)
        for image in x
    ]
    return np.moveaxis(np.array(maps), 1, -1)


@alternative("conv2d_gemm")
def one_product_for_the_batch(x, w, b, stride=1, pad=0):
    k, filters = w.shape[0], w.shape[3]
    rows, columns = (conv_output_size(side, k, stride, pad) for side in x.shape[1:3])
    everything = np.hstack([im2col(image, k, stride, pad) for image in x])
    y = np.einsum("pf,pw->wf", w.reshape(-1, filters), everything) + b
    return y.reshape(len(x), rows, columns, filters)


@alternative("conv2d_gemm")
def by_tensordot(x, w, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(windows, w.transpose(2, 0, 1, 3), axes=3) + b


@alternative("conv_params")
def params_group_by_group(k, cin, cout, groups=1, bias=True):
    if cin % groups != 0 or cout % groups != 0:
        raise ValueError("groups must divide both")
    weights = sum(k**2 * (cin // groups) * (cout // groups) for _ in range(groups))
    return weights + cout if bias else weights


@alternative("conv_params")
def params_of_an_array(k, cin, cout, groups=1, bias=True):
    inner, rest = divmod(cin, groups)
    if rest or cout % groups:
        raise ValueError("groups must divide both")
    return np.zeros((k, k, inner, cout)).size + (np.zeros(cout).size if bias else 0)


@alternative("conv_macs")
def macs_by_the_output(shape, k, cout, padding="same", bias=True):
    m, n, d = shape
    if padding == "valid":
        m, n = m - k + 1, n - k + 1
    return float(m * n * cout * (k**2 * d + int(bias)))


@alternative("conv_macs")
def macs_in_two_parts(shape, k, cout, padding="same", bias=True):
    *sides, channels = shape
    outputs = cout * np.prod(
        [conv_output_size(side, k, p=(k - 1) // 2 if padding == "same" else 0) for side in sides]
    )
    return outputs * k * k * channels + bias * outputs


@alternative("locally_connected_params")
def local_place_by_place(shape, k, cout, bias=True):
    places = [(i, j) for i in range(shape[0] - k + 1) for j in range(shape[1] - k + 1)]
    return sum(cout * (k * k * shape[2] + bias) for _ in places)


@alternative("locally_connected_params")
def local_by_two_arrays(shape, k, cout, bias=True):
    rows, columns = (conv_output_size(side, k) for side in shape[:2])
    weights = rows * columns * k * k * shape[2] * cout
    return weights + rows * columns * cout if bias else weights


@alternative("build_conv_net")
def sequential(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Conv2D(filters, kernel_size, padding="same", activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(classes, activation="softmax"),
    ])  # fmt: skip


@alternative("build_conv_net")
def step_by_step(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    model = keras.Sequential(name="one_convolution")
    model.add(layers.InputLayer(shape=input_shape))
    model.add(layers.Conv2D(filters, (kernel_size, kernel_size), (1, 1), "same", name="look"))
    model.add(layers.ReLU(name="bend"))
    model.add(layers.GlobalAvgPool2D(name="mean"))
    model.add(layers.Dense(classes, name="scores"))
    model.add(layers.Softmax(name="share"))
    return model


@alternative("build_conv_net")
def activation_layers(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = layers.Activation("relu")(layers.Conv2D(filters, kernel_size, padding="same")(image))
    x = layers.Dense(classes)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Activation("softmax")(x))


@alternative("build_conv_net")
def zeros_by_hand(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = layers.ZeroPadding2D((kernel_size - 1) // 2)(image)
    x = layers.Conv2D(filters, kernel_size, padding="valid", activation=ops.relu)(x)
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(x)
    return keras.Model(image, layers.Dense(classes, activation=keras.activations.softmax)(x))


@alternative("build_conv_net")
def mean_by_an_operation(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = ops.relu(layers.Conv2D(filters, kernel_size, padding="same")(image))
    x = ops.mean(x, axis=(1, 2))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x)))


@alternative("build_conv_net")
def mean_by_average_pooling(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(image)
    x = layers.AveragePooling2D(input_shape[:2])(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(layers.Flatten()(x)))


@alternative("build_conv_net")
def mean_that_keeps_its_axes(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(image)
    x = layers.Reshape((filters,))(layers.GlobalAveragePooling2D(keepdims=True)(x))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


@alternative("build_conv_net")
def nested(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    features = keras.Sequential([
        keras.Input(input_shape),
        layers.Conv2D(filters, kernel_size, padding="same"),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
    ])  # fmt: skip
    head = keras.Sequential([layers.Dense(classes), layers.Softmax()])
    return keras.Model(image, head(features(image)))


@alternative("build_conv_net")
def a_head_of_1x1_filters(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape)
    x = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(image)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Conv2D(classes, 1)(x)
    return keras.Model(image, layers.Softmax()(layers.Flatten()(x)))


@alternative("build_conv_net")
def with_an_own_start(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    image = keras.Input(input_shape, name="image", dtype="float32")
    x = layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        groups=1,
        dilation_rate=1,
    )(image)
    x = layers.Dropout(0.0)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(
        image, layers.Dense(classes, activation="softmax", dtype="float32")(x), name="conv_net"
    )
