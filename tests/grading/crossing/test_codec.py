"""Values over the pipe: what goes in comes out, by exact type; nothing else goes in or comes out."""

import json
import math
import re
from collections import OrderedDict, namedtuple
from enum import IntEnum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnn_course.grading.crossing.caps import Caps
from cnn_course.grading.crossing.codec import DTYPE_NAMES, decode, encode
from cnn_course.grading.crossing.frames import opening
from cnn_course.grading.values import Foreign, Network, NetworkToBuild

BIG = 2**256 - 1
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # becomes one character in JSON


def crossed(value, most=Caps(), **how):  # noqa: B008 (frozen)
    """The value after a journey as bytes."""
    tree, blobs = encode(value, most=most)
    header = json.loads(opening({"value": tree}, blobs, most)[8:])
    return decode(header["value"], [bytearray(blob) for blob in blobs], most=most, **how)


def same(one, other) -> bool:
    """Equal to the bit, and of the same type all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        alike = one.dtype == other.dtype and one.shape == other.shape
        return alike and (
            one.tolist() == other.tolist() if one.dtype.kind == "U" else bits(one) == bits(other)
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, float):
        return one.hex() == other.hex()
    if isinstance(one, complex):
        return same([one.real, one.imag], [other.real, other.imag])
    return one == other


def bits(array) -> bytes:
    return array.tobytes()


texts = st.text(st.characters(exclude_categories=()), max_size=20).filter(lambda text: not PAIR.search(text))
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
numbers = st.sampled_from([np.dtype(name) for name in DTYPE_NAMES.split()]).flatmap(
    lambda dtype: hnp.arrays(dtype, shapes)
)
words = hnp.arrays("U3", shapes, elements=st.text("aä\ud800🙂", max_size=3)).map(
    lambda array: array.astype(f"U{max(map(len, array.flat), default=0) or 1}")
)
keys = st.none() | st.booleans() | st.integers(-BIG, BIG) | texts | st.tuples(st.integers(0, 9), texts)
plain = (
    *(st.none(), st.booleans(), st.integers(-BIG, BIG), st.floats(), st.complex_numbers(), texts),
    *(numbers, st.builds(Foreign, texts), words),
)
values = st.recursive(
    st.one_of(plain),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_what_crosses_is_the_same_to_the_bit_and_the_type(value):
    assert same(crossed(value), value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        1,
        1.0,
        1 + 0j,
        "1",
        [1],
        (1,),
        math.nan,
        -math.nan,
        -0.0,
        -math.inf,
        5e-324,
        BIG,
        -BIG,
        {1: 2, "1": 3},
    ],
    ids=repr,
)
def test_a_value_keeps_its_type(value):
    came = crossed(value)
    assert type(came) is type(value)
    assert repr(came) == repr(value)


@settings(max_examples=150, deadline=None)
@given(numbers, st.sampled_from("<>"), st.randoms(use_true_random=False))
def test_an_array_may_lie_in_memory_as_it_likes(array, order, random):
    view = array.astype(array.dtype.newbyteorder(order)).transpose(
        random.sample(range(array.ndim), array.ndim)
    )
    view = view[..., *(slice(None, None, random.choice([1, -1, 2])) for _ in view.shape)]
    came = crossed(view)
    assert same(came, np.ascontiguousarray(view, view.dtype.newbyteorder("=")).reshape(view.shape))
    assert came.flags.c_contiguous
    assert came.flags.writeable


def test_an_array_of_text_keeps_its_texts_and_is_as_wide_as_they_are():
    came = crossed(np.array([["a", ""], ["bcd", "\ud800"]], ">U9").T)
    assert came.dtype == "<U3"
    assert came.tolist() == [["a", "bcd"], ["", "\ud800"]]
    assert crossed(np.zeros((2, 0), "U7")).shape == (2, 0)


def test_surrogates_cross_alone_and_become_a_character_in_pairs():
    assert crossed(["\ud83d", "\ude42", "\ud83d\ude42"]) == ["\ud83d", "\ude42", "🙂"]


def test_an_array_lies_in_the_memory_of_its_blob():
    blob = bytearray(np.arange(3, dtype="<i8").tobytes())
    array = decode({"a": 0, "dtype": "<i8", "shape": [3]}, [blob])
    blob[0] = 7
    assert array.tolist() == [7, 1, 2]


class Evil:
    """Every way of looking at it raises."""

    def __getattribute__(self, name):
        raise RuntimeError("do not touch")

    __eq__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __hash__ = __array__ = __getattribute__


OTHERS = {
    "a Colour": IntEnum("Colour", "RED").RED,
    "a float64": np.float64(1),  # a subclass of float
    "an int64": np.int64(1),
    "an OrderedDict": OrderedDict(a=1),
    "a Pair": namedtuple("Pair", "a b")(1, 2),
    "a Text": type("Text", (str,), {})("a"),
    "a set": {1},
    "a bytes": b"1",
    "a range": range(3),
    "a builtin_function_or_method": len,
    "an Evil": Evil(),
    "a MaskedArray": np.ma.masked_array([1]),
    "a Tensor": np.zeros(2).view(type("Tensor", (np.ndarray,), {})),
    "an array of object": np.array([None]),
    "an array of bytes8": np.array([b"a"]),
    "an array of datetime64[s]": np.array([1], "datetime64[s]"),
    f"an array of {np.dtype('longdouble').name}": np.array([1], "longdouble"),
    "an array of void32": np.zeros(1, [("a", "f4")]),
}


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_refused_by_its_name(name):
    for wrapped in (OTHERS[name], [OTHERS[name]], {"a": (OTHERS[name],)}):
        with pytest.raises(TypeError, match=rf"^{re.escape(name)} cannot cross; "):
            encode(wrapped)


@pytest.mark.parametrize("name", ["a float64", "a Text", "a Pair"])
def test_a_key_is_refused_as_a_value_is(name):
    with pytest.raises(TypeError, match=f"^{name} cannot cross; "):
        encode({OTHERS[name]: 1})


NETWORK = Network(
    config={"class_name": "Sequential", "config": {"layers": [{"units": 3, "rate": 0.5}]}},
    shapes={"dense/kernel": (4, 3), "dense/bias": (3,)},
    trainable=frozenset({"dense/kernel", "dense/bias"}),
    input_shape=(None, 4),
    output_shape=[(None, 3), (None, 1)],
    ask=print,
)
CLAIM = {
    "config": NETWORK.config,
    "shapes": [["dense/kernel", (4, 3)], ["dense/bias", (3,)]],
    "trainable": ["dense/bias", "dense/kernel"],
    "input_shape": (None, 4),
    "output_shape": [(None, 3), (None, 1)],
}


def test_a_network_crosses_as_a_number_and_a_claim():
    known: list[Network] = []

    def handle(network):
        known.append(network)
        return 6 + len(known)

    tree, blobs = encode([NETWORK, (NETWORK,)], handle)
    assert known == [NETWORK, NETWORK]
    assert decode(tree, blobs, lambda number, claim: (number, claim)) == [(7, CLAIM), ((8, CLAIM),)]


def test_who_has_the_network_is_sent_its_number_alone():
    assert encode(NETWORK, lambda _: 3, claims=False) == ({"n": 3, "claim": None}, [])


def test_no_network_crosses_where_none_may():
    with pytest.raises(TypeError, match="^a Network cannot cross here"):
        encode(NETWORK)
    tree, _ = encode(NETWORK, lambda _: 0)
    with pytest.raises(ValueError, match="^a network came where none may come"):
        decode(tree, [])
    with pytest.raises(ValueError, match="^a network came where none may come"):
        decode({"n": 0, "claim": tree}, [], lambda number, claim: claim)


def test_what_refuses_a_claim_refuses_the_value():
    def refuse(number, claim):
        raise ValueError("a network of 0 layers")

    with pytest.raises(ValueError, match="^a network of 0 layers"):
        decode([{"n": 0, "claim": None}], [], refuse)


@pytest.mark.parametrize("weights", [None, [np.ones((2, 3), "float32"), np.zeros(3, "float32")]])
def test_a_network_to_build_crosses_by_its_config(weights):
    given = NetworkToBuild(config=CLAIM["config"], weights=weights)
    came = crossed(given, builds=True)
    assert type(came) is NetworkToBuild
    assert (came.builder, came.config) == (None, CLAIM["config"])
    assert same(came.weights, weights)
    with pytest.raises(ValueError, match="^a network to build came where none may come"):
        crossed(given)


def test_a_network_to_build_does_not_cross_by_its_name():
    with pytest.raises(TypeError, match="by its config, not by the builder 'lenet5'"):
        encode(NetworkToBuild(builder="lenet5"))


@settings(max_examples=150, deadline=None)
@given(
    values, st.integers(0, 3), st.integers(0, 12), st.integers(0, 9), st.integers(0, 3), st.integers(0, 200)
)
def test_what_one_side_sends_within_the_caps_the_other_side_takes_and_nothing_more(
    value, depth, nodes, text, arrays, blobs
):
    most = Caps(depth=depth, nodes=nodes, text=text, arrays=arrays, blobs=blobs)
    tree, sent = encode(value)
    try:
        encode(value, most=most)
    except ValueError as problem:
        with pytest.raises(ValueError, match=re.escape(str(problem))):
            decode(tree, sent, most=most)
    else:
        assert same(decode(tree, sent, most=most), value)


@pytest.mark.parametrize(
    ("cap", "most", "more", "says"),
    [
        (Caps(depth=2), [[[]]], [[[1]]], "it is nested more than 2 deep"),
        (Caps(nodes=4), [1, {"name": 2}], [1, {2: 3}], "it holds more than 4 values"),
        (Caps(nodes=4), np.array(["a", "b"]), np.array(["a", "b", "c"]), "it holds more than 4 values"),
        (Caps(text=3), ["abc"], ["abcd"], "a text has 4 characters; at most 3 may cross"),
        (Caps(text=3), {"abc": None}, {"abcd": None}, "a text has 4 characters; at most 3 may cross"),
        (Caps(text=3), Foreign("abc"), Foreign("abcd"), "a text has 4 characters; at most 3 may cross"),
        (Caps(text=3), np.array("abc"), np.array("abcd"), "a text has 4 characters; at most 3 may cross"),
        (Caps(blobs=24), [np.zeros(2), np.zeros(1)], np.zeros(4), "its arrays take more than 24 bytes"),
        (Caps(blobs=16), np.array(["ab", ""]), np.array(["ab"] * 3), "its arrays take more than 16 bytes"),
        (Caps(blobs=24), np.zeros((0, 3)), np.zeros((0, 4)), "its arrays take more than 24 bytes"),
        (Caps(arrays=1), [np.zeros(2)], [np.zeros(2), np.array("a")], "it holds more than 1 arrays"),
    ],
)
def test_each_cap_holds_to_the_last(cap, most, more, says):
    assert same(crossed(most, cap), most)
    for attempt in (lambda: encode(more, most=cap), lambda: decode(*encode(more), most=cap)):
        with pytest.raises(ValueError, match=f"^{says}"):
            attempt()


@pytest.mark.parametrize("value", [2**256, -(2**256), [10**5000]])
def test_a_long_int_does_not_cross(value):
    with pytest.raises(ValueError, match="at most 256 may cross"):
        encode(value)


def test_a_list_that_contains_itself_does_not_cross():
    loop: list = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested more than 32 deep"):
        encode(loop)


ARRAY = {"a": 0, "dtype": "<f4", "shape": [2]}
FORGED = {
    "a bare int": (1, "a bare int stands for no value"),
    "a bare float": (1.5, "a bare float stands for no value"),
    "an empty object": ({}, "an object stands for no value"),
    "an unknown tag": ({"pickle": "gASV"}, "an object stands for no value"),
    "two tags": ({"i": "1", "f": "nan"}, "an object stands for no value"),
    "a tag and more": ({"i": "1", "x": None}, "an object stands for no value"),
    "an int that is none": ({"i": "one"}, "an int is not written as one"),
    "an int as a number": ({"i": 1}, "an int is not written as one"),
    "an int in other digits": ({"i": "١"}, "an int is not written as one"),
    "an int with a sign": ({"i": "+1"}, "an int is not written as one"),
    "an int with zeros": ({"i": "007"}, "an int is not written as one"),
    "an int below zero by nothing": ({"i": "-0"}, "an int is not written as one"),
    "an int with a line end": ({"i": "1\n"}, "an int is not written as one"),
    "an int of 257 bits": ({"i": str(2**256)}, "more than 256 bits"),
    "an int of 5,000 digits": ({"i": "9" * 5000}, "an int is not written as one"),
    "a decimal float": ({"f": "1.5"}, "a float is not written as one"),
    "a float as a number": ({"f": 1.5}, "a float is not written as one"),
    "another NaN": ({"f": "-nan"}, "a float is not written as one"),
    "infinity in full": ({"f": "infinity"}, "a float is not written as one"),
    "a float beyond all": ({"f": "0x1p+9999"}, "a float is too large"),
    "a complex of one part": ({"c": ["nan"]}, "not written as two floats"),
    "a complex of text": ({"c": ["nan", None]}, "a float is not written as one"),
    "a tuple of no list": ({"t": "ab"}, "items are not in a list"),
    "a tuple of an object": ({"t": {"0": None}}, "items are not in a list"),
    "a dict of an object": ({"d": {"a": None}}, "a dict is not written as pairs"),
    "a dict of triples": ({"d": [["a", None, None]]}, "a dict is not written as pairs"),
    "a dict of texts": ({"d": ["ab"]}, "a dict is not written as pairs"),
    "a dict with a list as key": ({"d": [[[], None]]}, "a key that cannot be one"),
    "a dict with an array as key": ({"d": [[ARRAY, None]]}, "a key that cannot be one"),
    "a dict with a key twice": ({"d": [["a", None], ["a", None]]}, "a dict has a key twice"),
    "a dict with 1 and True": ({"d": [[True, None], [{"i": "1"}, None]]}, "a dict has a key twice"),
    "an array of objects": ({**ARRAY, "dtype": "|O"}, "a dtype that may not cross"),
    "an array in other byte order": ({**ARRAY, "dtype": ">f4"}, "a dtype that may not cross"),
    "an array by another name": ({**ARRAY, "dtype": "float32"}, "a dtype that may not cross"),
    "an array of a list of types": ({**ARRAY, "dtype": ["<f4"]}, "a dtype that may not cross"),
    "an array of no shape": ({**ARRAY, "shape": None}, "a shape is not written as lengths"),
    "an array of a negative length": ({**ARRAY, "shape": [-2, -1]}, "a shape is not written as lengths"),
    "an array of true length": ({**ARRAY, "shape": [2, True]}, "a shape is not written as lengths"),
    "an array of 9 axes": ({**ARRAY, "shape": [1] * 8 + [2]}, "9 axes; at most 8 may cross"),
    "an array that is too short": ({**ARRAY, "shape": [3]}, "of shape (3,) and dtype <f4 came as 8 bytes"),
    "an array that is too long": ({**ARRAY, "shape": [1]}, "of shape (1,) and dtype <f4 came as 8 bytes"),
    "an empty array with bytes": ({**ARRAY, "shape": [0]}, "of shape (0,) and dtype <f4 came as 8 bytes"),
    "an empty array of great width": ({**ARRAY, "shape": [0, 10**9]}, "its arrays take more than"),
    "an array of other bytes": ({**ARRAY, "a": 1}, "an array has no bytes of its own"),
    "an array counted from the end": ({**ARRAY, "a": -1}, "an array has no bytes of its own"),
    "an array of false bytes": ({**ARRAY, "a": False}, "an array has no bytes of its own"),
    "bytes in two arrays": ([ARRAY, ARRAY], "an array has no bytes of its own"),
    "bytes in no array": (None, "bytes came that belong to no array"),
    "bools of other bytes": ({"a": 0, "dtype": "|b1", "shape": [8]}, "bytes other than 0 and 1"),
    "texts of another shape": ({"s": ["a"], "shape": [2]}, "do not have its shape"),
    "texts of another depth": ({"s": [["a"]], "shape": [1]}, "do not have its shape"),
    "texts that are none": ({"s": [None], "shape": [1]}, "do not have its shape"),
    "a network of no number": ({"n": "0", "claim": None}, "a network came without a number"),
    "a network of a true number": ({"n": True, "claim": None}, "a network came without a number"),
    "a network below zero": ({"n": -1, "claim": None}, "a network came without a number"),
    "a network without a claim": ({"n": 0}, "an object stands for no value"),
    "a network to build of text": ({"b": "lenet5"}, "not written as a config and weights"),
    "a network to build by name": (
        {"b": {"d": [["builder", "lenet5"], ["weights", None]]}},
        "not written as a config and weights",
    ),
    "a type without a name": ({"x": None}, "the name of a type is no text"),
}


@pytest.mark.parametrize(("tree", "says"), FORGED.values(), ids=FORGED)
def test_a_forged_tree_is_refused_in_a_line(tree, says):
    blob = np.array([1, 2], "<f4").tobytes()
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        decode(tree, [blob], lambda number, claim: claim, builds=True)
    assert "\n" not in str(caught.value)


def test_a_claim_of_text_is_not_shown_in_a_complaint():
    for tree in ({"i": "\x1b[31m"}, {"a": 0, "dtype": "\u202e", "shape": []}, {"\x1b": 1}, {"f": "\x07"}):
        with pytest.raises(ValueError) as caught:
            decode(tree, [])
        assert str(caught.value).isprintable()


def test_keys_that_collide_by_chance_are_taken():
    assert hash(-1) == hash(-2) == hash(-2.0 - 0j)
    many = {**{k * (2**61 - 1): None for k in range(8)}, -1: 1, -2: 2}
    assert crossed(many) == many
