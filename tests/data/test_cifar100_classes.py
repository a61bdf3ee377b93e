"""The table of superclasses agrees with itself and with the widely used list of coarse labels."""

from cnn_course.data.cifar100_classes import CLASSES, COARSE_OF_FINE, SUPERCLASSES, TABLE

# fmt: off
PUBLISHED = (
    4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15, 3, 15,
    0, 11, 1, 10, 12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4,
    18, 17, 10, 3, 2, 12, 12, 16, 12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13, 16, 19, 2, 4, 6, 19,
    5, 5, 8, 19,
    18, 1, 2, 15, 6, 0, 17, 8, 14, 13,
)
# fmt: on


def test_twenty_superclasses_have_five_classes_each():
    assert len(SUPERCLASSES) == 20
    assert [len(names) for names in TABLE.values()] == [5] * 20
    assert len(set(CLASSES)) == 100


def test_the_list_from_fine_to_coarse_is_the_published_one():
    assert COARSE_OF_FINE == PUBLISHED
