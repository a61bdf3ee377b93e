"""Pooling and heads. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
import numpy as np


def pool2d(x, k=2, s=2, mode="max"):
    """Pool every map of a batch by windows of k x k in steps of s: (n, h, w, c) -> (n, h', w', c).

    `mode` is "max", "average" or "l2"; anything else raises a ValueError.
    """
    # BEGIN SOLUTION
    pools = {"max": np.max, "average": np.mean, "l2": lambda window, axis: np.sqrt((window**2).sum(axis))}
    if mode not in pools:
        raise ValueError(f"mode={mode!r}: choose from {', '.join(pools)}")
    n, height, width, channels = x.shape
    rows, columns = (height - k) // s + 1, (width - k) // s + 1
    y = np.empty((n, rows, columns, channels))
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * s : i * s + k, j * s : j * s + k]
            y[:, i, j] = pools[mode](window, axis=(1, 2))
    return y
    # END SOLUTION


def l2_pool_features(x, n=2):
    """The root of the sum of squares of n neighbouring maps: (N, h, w, c) -> (N, h, w, c // n).

    Maps 0 to n - 1 are the first group, n to 2n - 1 the second, and so on; a group that is not full is left
    out.
    """
    # BEGIN SOLUTION
    groups = x.shape[-1] // n
    kept = x[..., : groups * n].reshape(*x.shape[:-1], groups, n)
    return np.sqrt((kept**2).sum(axis=-1))
    # END SOLUTION


def conv_pool_patch(K, P):
    """Side of the input patch that one unit sees after a K x K convolution (stride 1) and P x P pooling."""
    # BEGIN SOLUTION
    return K + P - 1
    # END SOLUTION


def global_average_pool(x):
    """The mean of every map of every image: (n, h, w, c) -> (n, c)."""
    # BEGIN SOLUTION
    return x.mean(axis=(1, 2))
    # END SOLUTION


def head_parameters(map_shape, classes, head):
    """Parameters of the linear layer (with biases) behind maps of shape (m, l, d).

    `head` is "flatten" or "gap"; anything else raises a ValueError.
    """
    # BEGIN SOLUTION
    rows, columns, maps = map_shape
    inputs = {"flatten": rows * columns * maps, "gap": maps}
    if head not in inputs:
        raise ValueError(f"head={head!r}: choose from {', '.join(inputs)}")
    return (inputs[head] + 1) * classes
    # END SOLUTION


def build_downsampling_net(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Three convolutions with 32, 64, 128 filters, each shrunk by `kind`, then `head` and softmax.

    `kind` is "max", "average", "overlapping" or "strided"; `head` is "gap" or "flatten".
    Call the model f"{kind}_{head}": TensorBoard lists its runs under that name.
    """
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = image
    for filters in (32, 64, 128):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        if kind == "max":
            x = keras.layers.MaxPooling2D(2)(x)
        elif kind == "average":
            x = keras.layers.AveragePooling2D(2)(x)
        elif kind == "overlapping":
            x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
        elif kind == "strided":
            x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Flatten()(x) if head == "flatten" else keras.layers.GlobalAveragePooling2D()(x)
    scores = keras.layers.Dense(classes, activation="softmax")(x)
    return keras.Model(image, scores, name=f"{kind}_{head}")
    # END SOLUTION
