"""Wrong answers to exercise 03 that students give, and what each should hear."""

import keras
import numpy as np
from keras import layers
from solution import conv2d_loops, conv_macs, conv_output_size, conv_params, im2col, locally_connected_params

from cnn_course.grading import mistake


@mistake("conv_output_size", says="the + 1 is missing")
def size_without_the_1(w, f, s=1, p=0, d=1, strict=False):
    return conv_output_size(w, f, s, p, d, strict) - 1


@mistake("conv_output_size", says="padding counts on both sides")
def size_with_half_the_padding(w, f, s=1, p=0, d=1, strict=False):
    return (w + p - d * (f - 1) - 1) // s + 1


@mistake("conv_output_size", says="the stride is missing: divide by S")
def size_without_the_stride(w, f, s=1, p=0, d=1, strict=False):
    return w + 2 * p - d * (f - 1)


@mistake("conv_output_size", says="divide with //")
def size_rounded_up(w, f, s=1, p=0, d=1, strict=False):
    return -(-(w + 2 * p - d * (f - 1) - 1) // s) + 1


@mistake("conv_output_size", says="dilation must count")
def size_without_dilation(w, f, s=1, p=0, d=1, strict=False):
    return (w + 2 * p - f) // s + 1


@mistake("conv_output_size", says="f taps have only f - 1 gaps")
def size_with_too_much_dilation(w, f, s=1, p=0, d=1, strict=False):
    return (w + 2 * p - d * f) // s + 1


@mistake("conv_output_size", says="must raise ValueError")
def size_that_is_never_strict(w, f, s=1, p=0, d=1, strict=False):
    return conv_output_size(w, f, s, p, d)


@mistake("conv2d_loops", says="the kernel is flipped")
def flips_the_kernel(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w[::-1, ::-1], b, stride, pad, dilation)


@mistake("conv2d_loops", says="rows and columns of the kernel have changed places")
def transposes_the_kernel(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w.transpose(1, 0, 2, 3), b, stride, pad, dilation)


@mistake("conv2d_loops", says="the bias is missing")
def forgets_the_bias(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w, np.zeros(len(b)), stride, pad, dilation)


@mistake("conv2d_loops", says="the bias was added for every channel")
def adds_the_bias_for_every_channel(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w, b * x.shape[3], stride, pad, dilation)


@mistake("conv2d_loops", says="only the first channel was looked at")
def looks_at_one_channel(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x[..., :1], w[:, :, :1], b, stride, pad, dilation)


@mistake("conv2d_loops", says="the zeros are at the bottom and right only")
def pads_two_sides(x, w, b, stride=1, pad=0, dilation=1):
    x = np.pad(x, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))
    return conv2d_loops(x, w, b, stride, 0, dilation)


@mistake("conv2d_loops", says="the margin repeats the border")
def repeats_the_border(x, w, b, stride=1, pad=0, dilation=1):
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")
    return conv2d_loops(x, w, b, stride, 0, dilation)


@mistake("conv2d_loops", says="the stride is missing: the window moves")
def ignores_the_stride(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w, b, 1, pad, dilation)


@mistake("conv2d_loops", says="dilation has no effect")
def ignores_the_dilation(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w, b, stride, pad)


@mistake("conv2d_loops", says="only the first image was convolved")
def convolves_one_image(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x[:1], w, b, stride, pad, dilation)


@mistake("conv2d_loops", says="the fractions were cut off")
def fills_an_array_of_whole_numbers(x, w, b, stride=1, pad=0, dilation=1):
    return conv2d_loops(x, w, b, stride, pad, dilation).astype(x.dtype)


@mistake("conv2d_loops", says="there is a ReLU in it")
def applies_relu(x, w, b, stride=1, pad=0, dilation=1):
    return np.maximum(conv2d_loops(x, w, b, stride, pad, dilation), 0)


@mistake("im2col", says="the windows are rows")
def writes_rows(x, k, stride=1, pad=0):
    return im2col(x, k, stride, pad).T


@mistake("im2col", says="channel by channel")
def writes_channels_first(x, k, stride=1, pad=0):
    columns = im2col(x, k, stride, pad)
    return columns.reshape(k * k, x.shape[2], -1).transpose(1, 0, 2).reshape(columns.shape)


@mistake("im2col", says="the windows are taken column by column")
def goes_down_first(x, k, stride=1, pad=0):
    rows, columns = (conv_output_size(side, k, stride, pad) for side in x.shape[:2])
    return im2col(x, k, stride, pad).reshape(-1, rows, columns).swapaxes(1, 2).reshape(-1, rows * columns)


@mistake("im2col", says="they must be transposed")
def reshapes_instead_of_transposing(x, k, stride=1, pad=0):
    columns = im2col(x, k, stride, pad)
    return np.ascontiguousarray(columns.T).reshape(columns.shape)


@mistake("im2col", says="the padding is missing")
def columns_without_padding(x, k, stride=1, pad=0):
    return im2col(x, k, stride)


@mistake("im2col", says="the zeros are at the bottom and right only")
def columns_padded_on_two_sides(x, k, stride=1, pad=0):
    return im2col(np.pad(x, ((0, 2 * pad), (0, 2 * pad), (0, 0))), k, stride)


def product(x, w, b, stride, pad, *, columns=im2col):
    """The right product, with the columns that a mistake makes."""
    return np.stack(
        [(columns(image, w.shape[0], stride, pad).T @ w.reshape(-1, w.shape[3]) + b) for image in x]
    )


def sides(x, w, stride, pad):
    return [conv_output_size(side, w.shape[0], stride, pad) for side in x.shape[1:3]]


@mistake("conv2d_gemm", says="the axes are in another order")
def leaves_the_filters_first(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    y = product(x, w, b, stride, pad).swapaxes(1, 2)
    return y.reshape(len(x), w.shape[3], rows, columns)


@mistake("conv2d_gemm", says="the output was reshaped, not transposed")
def reshapes_the_output(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    y = np.ascontiguousarray(product(x, w, b, stride, pad).swapaxes(1, 2))
    return y.reshape(len(x), rows, columns, w.shape[3])


@mistake("conv2d_gemm", says="the filters were reshaped, not transposed")
def reshapes_the_filters(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    matrix = w.reshape(w.shape[3], -1)
    y = [(matrix @ im2col(image, w.shape[0], stride, pad)).T + b for image in x]
    return np.reshape(y, (len(x), rows, columns, w.shape[3]))


@mistake("conv2d_gemm", says="the bias is missing")
def product_without_bias(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    return product(x, w, 0, stride, pad).reshape(len(x), rows, columns, -1)


@mistake("conv2d_gemm", says="only the first image was convolved")
def product_of_one_image(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    return product(x[:1], w, b, stride, pad).reshape(1, rows, columns, -1)


@mistake("conv2d_gemm", says="the kernel is flipped")
def product_with_a_flipped_kernel(x, w, b, stride=1, pad=0):
    rows, columns = sides(x, w, stride, pad)
    return product(x, w[::-1, ::-1], b, stride, pad).reshape(len(x), rows, columns, -1)


@mistake("conv_params", says="the biases are missing")
def counts_no_biases(k, cin, cout, groups=1, bias=True):
    return conv_params(k, cin, cout, groups, bias=False)


@mistake("conv_params", says="one bias for each filter, not for each channel")
def counts_biases_for_channels(k, cin, cout, groups=1, bias=True):
    conv_params(k, cin, cout, groups)
    return (k * k + (1 if bias else 0)) * cin // groups * cout


@mistake("conv_params", says="as deep as the image")
def forgets_the_channels(k, cin, cout, groups=1, bias=True):
    conv_params(k, cin, cout, groups)
    return (k * k + (1 if bias else 0)) * cout


@mistake("conv_params", says="groups divide the weights, not the biases")
def divides_everything(k, cin, cout, groups=1, bias=True):
    return (
        conv_params(k, cin, cout, bias=bias) // groups
        if cin % groups == 0
        else conv_params(k, cin, cout, groups)
    )


@mistake("conv_params", says="the channels of its group only")
def ignores_groups(k, cin, cout, groups=1, bias=True):
    return conv_params(k, cin, cout, bias=bias)


@mistake("conv_params", says="must raise ValueError")
def takes_any_groups(k, cin, cout, groups=1, bias=True):
    return (k * k * (cin // groups) + bool(bias)) * cout


@mistake("conv_macs", says="there are ten")
def counts_one_filter(shape, k, cout, padding="same", bias=True):
    return conv_macs(shape, k, 1, padding, bias)


@mistake("conv_macs", says='with "valid" the output is smaller')
def counts_all_places(shape, k, cout, padding="same", bias=True):
    return conv_macs(shape, k, cout, "same", bias)


@mistake("conv_macs", says="not each filter once")
def counts_each_bias_once(shape, k, cout, padding="same", bias=True):
    return conv_macs(shape, k, cout, padding, False) + (cout if bias else 0)


@mistake("conv_macs", says="counts as one")
def counts_both_operations(shape, k, cout, padding="same", bias=True):
    return 2 * conv_macs(shape, k, cout, padding, bias)


@mistake("conv_macs", says="height and width may differ")
def takes_images_for_square(shape, k, cout, padding="same", bias=True):
    return conv_macs((shape[0], shape[0], shape[2]), k, cout, padding, bias)


@mistake("conv_macs", says="the filter is applied at each")
def counts_one_place(shape, k, cout, padding="same", bias=True):
    return conv_params(k, shape[2], cout, bias=bias)


@mistake("locally_connected_params", says="whose places share their filters")
def shares_the_filters(shape, k, cout, bias=True):
    return conv_params(k, shape[2], cout, bias=bias)


@mistake("locally_connected_params", says="each place and filter has its own")
def local_without_biases(shape, k, cout, bias=True):
    return locally_connected_params(shape, k, cout, bias=False)


@mistake("locally_connected_params", says="each place has its own biases, too")
def local_with_shared_biases(shape, k, cout, bias=True):
    return locally_connected_params(shape, k, cout, bias=False) + (cout if bias else 0)


@mistake("locally_connected_params", says="without padding there are 28x28 places")
def local_with_padding(shape, k, cout, bias=True):
    return shape[0] * shape[1] * conv_params(k, shape[2], cout, bias=bias)


@mistake("locally_connected_params", says="each unit sees its window only")
def local_sees_everything(shape, k, cout, bias=True):
    places = (shape[0] - k + 1) * (shape[1] - k + 1)
    return places * cout * (shape[0] * shape[1] * shape[2] + (1 if bias else 0))


def net(input_shape, classes, *stack, activation="softmax"):
    return keras.Sequential([keras.Input(input_shape), *stack, layers.Dense(classes, activation=activation)])


@mistake("build_conv_net", says="the maps were flattened")
def flattens_the_maps(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")
    return net(input_shape, classes, convolution, layers.Flatten())


@mistake("build_conv_net", says="ReLU is missing")
def forgets_relu(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, padding="same")
    return net(input_shape, classes, convolution, layers.GlobalAveragePooling2D())


@mistake("build_conv_net", says="padding")
def shrinks_the_maps(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, activation="relu")
    return net(input_shape, classes, convolution, layers.GlobalAveragePooling2D())


@mistake("build_conv_net", says="is max pooling")
def takes_the_maximum_of_each_map(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")
    return net(input_shape, classes, convolution, layers.GlobalMaxPooling2D())


@mistake("build_conv_net", says="softmax")
def ends_in_scores(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")
    return net(input_shape, classes, convolution, layers.GlobalAveragePooling2D(), activation=None)


@mistake("build_conv_net", says="the filters have no biases")
def filters_without_biases(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, kernel_size, padding="same", activation="relu", use_bias=False)
    return net(input_shape, classes, convolution, layers.GlobalAveragePooling2D())


@mistake("build_conv_net", says="the filters are 3x3")
def small_filters(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    convolution = layers.Conv2D(filters, 3, padding="same", activation="relu")
    return net(input_shape, classes, convolution, layers.GlobalAveragePooling2D())
