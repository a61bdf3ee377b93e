"""Small kernels and VGG. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
from keras import layers


def compare_stacks(channels, n, big, bias=True):
    """n 3x3 convolutions in a row against one big x big convolution, all with `channels` maps in and out.

    Returns a dict: "stack" and "single" are the numbers of parameters (of weights alone if `bias` is False),
    "stack_sees" and "single_sees" the side of the square of pixels that one unit sees.
    """

    # BEGIN SOLUTION
    def parameters(side):
        return channels * (side * side * channels + (1 if bias else 0))

    return {
        "stack": n * parameters(3),
        "single": parameters(big),
        "stack_sees": 2 * n + 1,
        "single_sees": big,
    }
    # END SOLUTION


def conv_stack(x, filters, n, batch_norm=False):
    """`n` times 3x3 convolution and ReLU, then 2x2 max pooling: (N, H, W, C) -> (N, H/2, W/2, filters).

    A block: it takes the tensor x and returns a tensor.
    """
    # BEGIN SOLUTION
    for _ in range(n):
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=not batch_norm, kernel_initializer="he_normal"
        )(x)
        if batch_norm:
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return layers.MaxPooling2D(2)(x)
    # END SOLUTION


def build_vgg(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    """VGG in configuration "A", "B", "D" or "E" with the head "fc" or "gap"; ValueError for any other.

    Returns a Keras model with probabilities as output.
    """
    # BEGIN SOLUTION
    convolutions = {
        "A": (1, 1, 2, 2, 2),
        "B": (2, 2, 2, 2, 2),
        "D": (2, 2, 3, 3, 3),
        "E": (2, 2, 4, 4, 4),
    }
    if config not in convolutions:
        raise ValueError(f"config is {config!r}; choose one of {', '.join(convolutions)}")
    if head not in ("fc", "gap"):
        raise ValueError(f"head is {head!r}; choose 'fc' or 'gap'")
    image = keras.Input(input_shape)
    x = image
    for n, filters in zip(convolutions[config], (64, 128, 256, 512, 512), strict=True):
        x = conv_stack(x, filters, n, batch_norm)
    if head == "gap":
        x = layers.GlobalAveragePooling2D()(x)
    else:
        x = layers.Flatten()(x)
        for _ in range(2):
            x = layers.Dense(4096, activation="relu", kernel_initializer="he_normal")(x)
            x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))
    # END SOLUTION


def vgg_table(model):
    """The rows of the slides: a list of dicts with the keys "layer", "shape", "numbers" and "weights".

    "shape" is the volume behind the layer without the batch, a tuple; "numbers" how many numbers that is;
    "weights" those of the kernel, without biases (0 where there is no kernel).
    """

    # BEGIN SOLUTION
    def name(layer):
        if isinstance(layer, layers.InputLayer):
            return "INPUT"
        if isinstance(layer, layers.Conv2D):
            return f"CONV{layer.kernel_size[0]}-{layer.filters}"
        if isinstance(layer, layers.MaxPooling2D):
            return f"POOL{layer.pool_size[0]}"
        if isinstance(layer, layers.GlobalAveragePooling2D):
            return "GAP"
        return f"FC-{layer.units}" if isinstance(layer, layers.Dense) else None

    def product(sizes):
        result = 1
        for size in sizes:
            result *= size
        return result

    return [
        {
            "layer": name(layer),
            "shape": tuple(layer.output.shape[1:]),
            "numbers": product(layer.output.shape[1:]),
            "weights": product(layer.kernel.shape) if hasattr(layer, "kernel") else 0,
        }
        for layer in model.layers
        if name(layer)
    ]
    # END SOLUTION
