"""Small kernels and VGG. Write your answers here; `cnn-course check 08` looks at them."""


import keras
from keras import layers


def compare_stacks(channels, n, big, bias=True):
    """n 3x3 convolutions in a row against one big x big convolution, all with `channels` maps in and out.

    Returns a dict: "stack" and "single" are the numbers of parameters (of weights alone if `bias` is False),
    "stack_sees" and "single_sees" the side of the square of pixels that one unit sees.
    """

    # YOUR CODE HERE
    raise NotImplementedError()


def conv_stack(x, filters, n, batch_norm=False):
    """`n` times 3x3 convolution and ReLU, then 2x2 max pooling: (N, H, W, C) -> (N, H/2, W/2, filters).

    A block: it takes the tensor x and returns a tensor.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_vgg(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    """VGG in configuration "A", "B", "D" or "E" with the head "fc" or "gap"; ValueError for any other.

    Returns a Keras model with probabilities as output.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def vgg_table(model):
    """The rows of the slides: a list of dicts with the keys "layer", "shape", "numbers" and "weights".

    "shape" is the volume behind the layer without the batch, a tuple; "numbers" how many numbers that is;
    "weights" those of the kernel, without biases (0 where there is no kernel).
    """

    # YOUR CODE HERE
    raise NotImplementedError()
