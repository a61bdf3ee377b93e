"""What to guess before computing it."""

from cnn_course.grading import question

STEM, LINEAR, PER_GROUP = 1, 1, 2


def sides(side, pool_last=False):
    """The side on which each group's convolutions work."""
    found = [side]
    while side > 7:
        side //= 2
        if side > 7 or not pool_last:
            found.append(side)
    return found


@question("How many groups does the deck's network for R = 224 have, behind its stem?")
def groups_at_224():
    number = len(sides(224 // 4))
    return number, {
        number - 1: "if every group ended in pooling, yes; depth 10 needs one more, which is not pooled",
        len(sides(224)): "that would be without the stem",
        len(sides(224 // 2)): "the stem has a stride of 2 and a pooling: a quarter of the side is left",
    }


@question("R = 32, no stem, the last group is not pooled: how many pixels has a side of the last map?")
def last_side_at_32():
    last = sides(32)[-1]
    return last, {
        last // 2: "the last group is not pooled",
        8: "8 is more than 7, so one more group follows",
        7: "32 is halved, again and again: 16, 8, ...",
        1: "global average pooling comes behind the last map",
    }


@question("How many parameters has the linear layer for two classes behind 512 averaged maps?")
def head_parameters():
    maps, classes = 512, 2
    return (maps + 1) * classes, {
        maps * classes: "you forgot the biases, one per class",
        maps * classes + 1: "every class has a bias",
        (4 * 4 * maps + 1) * classes: "averaging leaves one number per map, not 4x4",
        maps + 1: "that is one of the two classes",
    }


@question("How many training images do you get from CIFAR-10 (50,000 for training, 10,000 for test)?")
def training_images():
    per_class, classes = 50_000 // 10, 2
    return per_class * classes, {
        per_class: "that is one class",
        per_class * classes + 2000: "2,000 of these are test images",
        6000 * classes: "2,000 of these are test images",
        2000: "those are the test images",
        50_000: "only two of the ten classes are taken",
    }


@question("How deep is the deck's network for R = 224?")
def depth_at_224():
    groups = len(sides(224 // 4))
    found = STEM + groups * PER_GROUP + LINEAR
    return found, {
        found - LINEAR: "both the stem's convolution and the linear layer have parameters",
        found - 2: "three groups and not four, or stem and linear layer forgotten",
        len(sides(224)) * PER_GROUP + LINEAR: "you took no stem",
        STEM + groups * (PER_GROUP + 1) + LINEAR: "pooling has no parameters",
        found + 1: "global average pooling has no parameters",
        found + 2: "pooling has no parameters",
    }
