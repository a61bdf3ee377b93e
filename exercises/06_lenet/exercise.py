"""LeNet-5 and counting tools. Write your answers here; `cnn-course check 06` looks at them."""


from math import prod

import keras


def build_lenet5(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    """LeNet-5 of the table above; `activation` is that of the convolutions and of the two hidden layers."""
    # YOUR CODE HERE
    raise NotImplementedError()


def receptive_field(layers):
    """Size and jump behind each layer: [(kernel, stride), ...] -> [(size, jump), ...], equally long."""
    # YOUR CODE HERE
    raise NotImplementedError()


def layer_table(model, count_bias=True):
    """One row per layer, in order, without the input.

    A row is {"layer": name, "output_shape": shape without the batch, "parameters": how many numbers the layer
    holds}; with `count_bias=False` biases are not among them.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def macs(model, count_bias=False):
    """Multiply-adds of the whole network for one image; with `count_bias` one more per number with a bias."""
    # YOUR CODE HERE
    raise NotImplementedError()


def activation_memory(model):
    """How many numbers have to be kept for one image: the input and the outputs of layers that make new ones.

    Activation, ReLU, Softmax, Dropout, BatchNormalization, Flatten and Reshape make none.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
