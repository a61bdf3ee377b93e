"""Known wrong answers, each with a phrase of the message that it must earn."""

import warnings

import keras
import numpy as np
from keras import layers
from solution import build_recipe_net as right_net
from solution import depth as right_depth
from solution import plan_groups as right_plan

from cnn_course.grading import mistake


def resized(img, height, width):
    return np.asarray(keras.ops.image.resize(np.asarray(img, "float32"), (height, width), antialias=True))


def scaled(img, R, shorter=min):
    height, width = img.shape[:2]
    scale = R / shorter(height, width)
    return resized(img, round(height * scale), round(width * scale))


def middle(img, R):
    top, left = (img.shape[0] - R) // 2, (img.shape[1] - R) // 2
    return img[top : top + R, left : left + R]


@mistake("resize_center_crop", says="you squeezed the width")
def squeezed(img, R):
    return resized(img, R, R)


@mistake("resize_center_crop", says="that is the left end")
def upper_left_corner(img, R):
    return scaled(img, R)[:R, :R]


@mistake("resize_center_crop", says="you cut without resizing")
def cut_alone(img, R):
    return middle(img, R)


@mistake("resize_center_crop", says="you made the longer side R")
def longer_side(img, R):
    return middle(scaled(img, R, max), min(scaled(img, R, max).shape[:2]))


@mistake("resize_center_crop", says="you divided by 255")
def divided(img, R):
    return middle(scaled(img, R), R) / 255


@mistake("resize_center_crop", says="has shape (32, 48, 3)")
def never_cut(img, R):
    return scaled(img, R)


@mistake("cat_dog_subset", says="still CIFAR-10's")
def old_labels(x, y):
    y = y.reshape(-1)
    wanted = (y == 3) | (y == 5)
    return x[wanted], y[wanted]


@mistake("cat_dog_subset", says="have changed places")
def dogs_first(x, y):
    y = y.reshape(-1)
    wanted = (y == 3) | (y == 5)
    return x[wanted], (y[wanted] == 3).astype(int)


@mistake("cat_dog_subset", says="the labels must too")
def sorted_by_class(x, y):
    y = y.reshape(-1)
    images = np.concatenate([x[y == 3], x[y == 5]])
    return images, np.repeat([0, 1], [np.sum(y == 3), np.sum(y == 5)])


@mistake("cat_dog_subset", says="labels are numbers here")
def one_hot(x, y):
    y = y.reshape(-1)
    wanted = (y == 3) | (y == 5)
    return x[wanted], np.eye(2)[(y[wanted] == 5).astype(int)]


@mistake("cat_dog_subset", says="not a column")
def labels_as_they_came(x, y):
    wanted = np.isin(y, (3, 5))
    return x[wanted.reshape(-1)], (y[wanted.reshape(-1)] == 5).astype(int)


@mistake("cat_dog_subset", says="all images are still there")
def images_not_chosen(x, y):
    y = y.reshape(-1)
    return x, (y[np.isin(y, (3, 5))] == 5).astype(int)


@mistake("cat_dog_subset", says="changed its argument y")
def relabelled_in_place(x, y):
    labels = y.reshape(-1)
    wanted = np.isin(labels, (3, 5))
    labels[labels == 3] = 0
    labels[labels == 5] = 1
    return x[wanted], labels[wanted]


def planned(R, stem, start=64, cap=512, pool_last=False, *, most=7, quarter=4, stop=None, grow=None):
    """The plan with one thing changed."""
    side, filters = (R // quarter if stem else R), min(start, cap)
    sides = [side]
    while side > most:
        side //= 2
        sides.append(side)
    pool = pool_last if stop is None else stop
    if pool and len(sides) > 1:
        sides.pop()
    if any(side % 2 for side in (sides if pool else sides[:-1])):
        warnings.warn(f"R={R} is odd somewhere", stacklevel=2)
    grow = grow or (lambda filters: min(2 * filters, cap))
    found = []
    for side in sides:
        found.append((side, filters))
        filters = grow(filters)
    return found


@mistake("plan_groups", says="you pool the last group too")
def always_pooled(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, stem, start, cap, stop=True)


@mistake("plan_groups", says="a quarter of the side: 224 -> 56")
def stem_ignored(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, False, start, cap, pool_last)


@mistake("plan_groups", says="a stride of 2 and a pooling")
def stem_without_pooling(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, stem, start, cap, pool_last, quarter=2)


@mistake("plan_groups", says="7 is small enough")
def below_seven(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, stem, start, cap, pool_last, most=6)


@mistake("plan_groups", says="stop doubling at cap")
def doubled_for_ever(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, stem, start, cap, pool_last, grow=lambda filters: 2 * filters)


@mistake("plan_groups", says="you add 64 each time")
def added(R, stem, start=64, cap=512, pool_last=False):
    return planned(R, stem, start, cap, pool_last, grow=lambda filters: min(filters + start, cap))


@mistake("plan_groups", says="the side comes first")
def turned_round(R, stem, start=64, cap=512, pool_last=False):
    return [(filters, side) for side, filters in right_plan(R, stem, start, cap, pool_last)]


@mistake("plan_groups", says="pool_last stops there")
def pool_last_ignored(R, stem, start=64, cap=512, pool_last=False):
    return right_plan(R, stem, start, cap)


@mistake("plan_groups", says="did not warn")
def silent(R, stem, start=64, cap=512, pool_last=False):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return right_plan(R, stem, start, cap, pool_last)


@mistake("plan_groups", says="should name R")
def warned_without_the_number(R, stem, start=64, cap=512, pool_last=False):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = right_plan(R, stem, start, cap, pool_last)
    if caught:
        warnings.warn("choose another resolution", stacklevel=2)
    return found


@mistake("plan_groups", says="every side that is pooled is even")
def last_side_counted_as_pooled(R, stem, start=64, cap=512, pool_last=False):
    found = planned(R, stem, start, cap, pool_last)
    if any(side % 2 for side, _ in found):
        warnings.warn(f"R={R} is odd somewhere", stacklevel=2)
    return found


def built(
    R=32,
    classes=2,
    start=64,
    stem=None,
    pool_last=False,
    batch_norm=False,
    *,
    convs=2,
    pool_all=None,
    head="gap",
    norm="before",
    stem_pool=True,
    stem_filters=None,
):
    """The recipe's network with one thing changed."""

    def conv(x, filters, kernel_size, strides=1):
        x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=not batch_norm)(x)
        if batch_norm and norm == "before":
            x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        return layers.BatchNormalization()(x) if batch_norm and norm == "after" else x

    stem = R >= 100 if stem is None else stem
    image = x = keras.Input((R, R, 3))
    if stem:
        x = conv(x, stem_filters or start, 7, 2)
        x = layers.MaxPooling2D(2)(x) if stem_pool else x
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        groups = right_plan(R, stem, start, pool_last=pool_last)
    pool = pool_last if pool_all is None else pool_all
    for number, (_, filters) in enumerate(groups, start=1):
        for _ in range(convs):
            x = conv(x, filters, 3)
        if pool or number < len(groups):
            x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x) if head == "gap" else layers.Flatten()(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


@mistake("build_recipe_net", says="1 convolution; 2 expected")
def one_convolution_per_group(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, convs=1)


@mistake("build_recipe_net", says="flattening stands where global average pooling")
def flattened(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, head="flatten")


@mistake("build_recipe_net", says="2x2 max pooling after ReLU does not belong there")
def last_group_pooled(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, pool_all=True)


@mistake("build_recipe_net", says="stage 3: 2x2 max pooling is missing")
def last_group_never_pooled(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, pool_all=False)


@mistake("build_recipe_net", says="stage 1: 2 convolutions; 1 expected")
def never_a_stem(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, False, pool_last, batch_norm)


@mistake("build_recipe_net", says="stage 1: 2x2 max pooling is missing")
def stem_not_pooled(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, stem_pool=False)


@mistake("build_recipe_net", says="the 7x7 convolution has 64 filters")
def stem_of_64(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, stem_filters=64)


@mistake("build_recipe_net", says="belongs before it")
def normalised_behind_relu(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return built(R, classes, start, stem, pool_last, batch_norm, norm="after")


@mistake("build_recipe_net", says="batch normalisation is missing")
def batch_norm_forgotten(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return right_net(R, classes, start, stem, pool_last)


@mistake("depth", says="batch normalisation counts with")
def all_with_parameters(model):
    return sum(bool(layer.weights) for layer in model.layers)


@mistake("depth", says="those are all layers")
def all_layers(model):
    return len(model.layers)


@mistake("depth", says="the linear layer has parameters too")
def convolutions_alone(model):
    return right_depth(model) - 1


@mistake("depth", says="pooling has no parameters")
def with_pooling(model):
    kinds = (layers.Conv2D, layers.Dense, layers.MaxPooling2D)
    return sum(isinstance(layer, kinds) for layer in model.layers)


@mistake("depth", says="count once")
def arrays(model):
    return len(model.weights)
