"""Values as JSON and raw bytes, by exact type, and back. No framework.

    None, True, "text"      themselves
    7                       {"i": "7"}
    1.5                     {"f": "0x1.8000000000000p+0"}, also "nan", "inf", "-inf"
    2j                      {"c": [real, imaginary]}, both as above
    [..], (..)              a list, {"t": a list}
    {"a": ..}               {"d": [["a", ..]]}
    an array of numbers     {"a": number of its blob, "dtype": "<f4", "shape": [2, 3]}
    an array of text        {"s": nested lists, "shape": [2, 3]}
    a Network               {"n": number, "claim": all that it says of itself}
    a NetworkToBuild        {"b": its config and weights}
    a Foreign               {"x": "generator"}

Numbers are text because JSON has no NaN and one kind of number. Text crosses as it is, lone surrogates too:
what shows it has to clean it. Types are compared, never asked, so that no method of another class is called.
"""

import re
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from cnn_course.grading.crossing.caps import CAPS, Caps
from cnn_course.grading.values import Foreign, Network, NetworkToBuild

Blob = bytes | bytearray
BITS = 256  # of an int
AXES = 8  # windows of images have as many; written out, an array has two numbers at least along each
HANDLES = 2**31
COLLISIONS = 8  # honest keys have some: hash(-1) == hash(-2)
DTYPE_NAMES = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 c8 c16"
DTYPES = {np.dtype(name).newbyteorder("<").str for name in DTYPE_NAMES.split()}
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,77}")
FLOAT = re.compile(r"nan|-?inf|-?0x[01](\.[0-9a-f]{1,13})?p[+-][0-9]{1,4}")


def encode(
    value: Any,
    handle: Callable[[Network], int] | None = None,
    *,
    claims: bool = True,
    most: Caps = CAPS,
) -> tuple[Any, list[bytes]]:
    """A value as a tree that JSON can hold, and the bytes of its arrays.

    `handle(network)` gives the number that stands for a network; `claims=False` sends the number alone, to a
    side that has the network. TypeError, naming the type, for anything else than the types above: a subclass
    is another type. ValueError for what is larger than `most`, so that `decode` takes what this gives.
    """
    writer = _Writer(handle, claims, most)
    return writer.value(value, 0), writer.blobs


def decode(
    tree: Any,
    blobs: Sequence[Blob],
    network: Callable[[int, Any], Any] | None = None,
    *,
    builds: bool = False,
    most: Caps = CAPS,
) -> Any:
    """The value that `encode` made a tree and blobs of; ValueError, in one line, for any other tree.

    `network(handle, claim)` gives what stands for a network, where one may come; the claim is plain data that
    nobody has checked. `builds`: whether a `NetworkToBuild` may come, as it does from a check. Arrays lie in
    the memory of their blobs (those that are bytes are copied), and each blob belongs to one array.
    """
    reader = _Reader(blobs, network, builds, most)
    value = reader.value(tree, 0)
    if reader.blobs:
        raise ValueError("bytes came that belong to no array")
    return value


class _Budget:
    """What of the caps is left."""

    def __init__(self, most: Caps) -> None:
        self.most, self.nodes, self.arrays, self.bytes = most, most.nodes, most.arrays, most.blobs

    def node(self, depth: int) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise ValueError(
                f"it holds more than {self.most.nodes:,} values; numbers in an array count as one"
            )
        if depth > self.most.depth:
            raise ValueError(f"it is nested more than {self.most.depth} deep")

    def text(self, text: str) -> str:
        if len(text) > self.most.text:
            raise ValueError(f"a text has {len(text):,} characters; at most {self.most.text:,} may cross")
        return text

    def array(self, shape: tuple[int, ...], itemsize: int) -> None:
        """An axis of length 0 counts as 1: a sum over it would allocate the others."""
        self.arrays -= 1
        if self.arrays < 0:
            raise ValueError(f"it holds more than {self.most.arrays:,} arrays")
        self.bytes -= itemsize * prod(max(length, 1) for length in shape)
        if self.bytes < 0:
            raise ValueError(f"its arrays take more than {self.most.blobs:,} bytes")


class _Writer(_Budget):
    """Values to trees."""

    def __init__(self, handle: Callable[[Network], int] | None, claims: bool, most: Caps) -> None:
        super().__init__(most)
        self.handle, self.claims = handle, claims
        self.blobs: list[bytes] = []

    def value(self, value: Any, depth: int) -> Any:
        self.node(depth)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind not in _WRITERS:
            raise TypeError(f"{Foreign(kind.__name__)!r} cannot cross; {TYPES} can")
        return _WRITERS[kind](self, value, depth)

    def items(self, items: Any, depth: int) -> list[Any]:
        return [self.value(item, depth + 1) for item in items]

    def integer(self, value: int, depth: int) -> Any:
        if value.bit_length() > BITS:
            raise ValueError(f"an int has {value.bit_length():,} bits; at most {BITS} may cross")
        return {"i": str(value)}

    def dictionary(self, value: dict[Any, Any], depth: int) -> Any:
        return {"d": [[self.key(key, depth), self.value(item, depth + 1)] for key, item in value.items()]}

    def key(self, key: Any, depth: int) -> Any:
        return self.text(key) if type(key) is str else self.value(key, depth + 1)

    def array_of(self, value: np.ndarray, depth: int) -> Any:
        shape = _shape(list(value.shape))
        if value.dtype.kind == "U":
            return self.text_array(value, shape, depth)
        dtype = value.dtype.newbyteorder("<").str
        if dtype not in DTYPES:
            raise TypeError(
                f"an array of {value.dtype.name} cannot cross; those of {DTYPE_NAMES} and text can"
            )
        self.array(shape, value.dtype.itemsize)
        self.blobs.append(value.astype(dtype, copy=False).tobytes())
        return {"a": len(self.blobs) - 1, "dtype": dtype, "shape": list(shape)}

    def text_array(self, value: np.ndarray, shape: tuple[int, ...], depth: int) -> Any:
        tree = self.texts(value.tolist(), depth)
        self.array(shape, 4 * _width(value.ravel().tolist()))
        return {"s": tree, "shape": list(shape)}

    def texts(self, items: Any, depth: int) -> Any:
        self.node(depth)
        return self.text(items) if type(items) is str else [self.texts(item, depth) for item in items]

    def network(self, value: Network, depth: int) -> Any:
        if self.handle is None:
            raise TypeError("a Network cannot cross here: nothing gives it a number")
        claim = {
            "config": value.config,
            "shapes": [[path, shape] for path, shape in value.shapes.items()],
            "trainable": sorted(value.trainable),
            "input_shape": value.input_shape,
            "output_shape": value.output_shape,
        }
        return {"n": self.handle(value), "claim": self.value(claim if self.claims else None, depth + 1)}

    def to_build(self, value: NetworkToBuild, depth: int) -> Any:
        if value.builder is not None or value.config is None:
            raise TypeError(f"a NetworkToBuild crosses by its config, not by the builder {value.builder!r}")
        weights = None if value.weights is None else list(value.weights)
        return {"b": self.value({"config": dict(value.config), "weights": weights}, depth + 1)}


class _Reader(_Budget):
    """Trees to values."""

    def __init__(
        self,
        blobs: Sequence[Blob],
        network: Callable[[int, Any], Any] | None,
        builds: bool,
        most: Caps,
    ) -> None:
        super().__init__(most)
        self.blobs = dict(enumerate(blobs))
        self.known, self.builds = network, builds

    def value(self, tree: Any, depth: int) -> Any:
        self.node(depth)
        kind = type(tree)
        if tree is None or kind is bool:
            return tree
        if kind is str:
            return self.text(tree)
        if kind is list:
            return self.items(tree, depth)
        if kind is not dict:
            raise ValueError(f"a bare {kind.__name__} stands for no value")
        read = _READERS.get(frozenset(tree)) if len(tree) <= 3 else None
        if read is None:
            raise ValueError("an object stands for no value")
        return read(self, tree, depth)

    def items(self, items: Any, depth: int) -> list[Any]:
        if type(items) is not list:
            raise ValueError("items are not in a list")
        return [self.value(item, depth + 1) for item in items]

    def integer(self, tree: dict[str, Any], depth: int) -> int:
        text = tree["i"]
        if type(text) is not str or not INTEGER.fullmatch(text):
            raise ValueError("an int is not written as one")
        if (number := int(text)).bit_length() > BITS:
            raise ValueError(f"an int has more than {BITS} bits")
        return number

    def complex_number(self, tree: dict[str, Any], depth: int) -> complex:
        parts = tree["c"]
        if type(parts) is not list or len(parts) != 2:
            raise ValueError("a complex number is not written as two floats")
        return complex(*map(_float, parts))

    def dictionary(self, tree: dict[str, Any], depth: int) -> dict[Any, Any]:
        """Keys that hash alike by the thousand are no accident: they make a dict quadratically slow."""
        pairs = tree["d"]
        if type(pairs) is not list or any(type(pair) is not list or len(pair) != 2 for pair in pairs):
            raise ValueError("a dict is not written as pairs")
        items = [(self.key(key, depth), self.value(item, depth + 1)) for key, item in pairs]
        try:
            hashes = {hash(key) for key, _ in items}
        except TypeError:
            raise ValueError("a dict has a key that cannot be one") from None
        if len(hashes) + COLLISIONS < len(items):
            raise ValueError("a dict has keys that collide")
        if len(made := dict(items)) < len(items):
            raise ValueError("a dict has a key twice")
        return made

    def key(self, key: Any, depth: int) -> Any:
        return self.text(key) if type(key) is str else self.value(key, depth + 1)

    def array_of(self, tree: dict[str, Any], depth: int) -> np.ndarray:
        dtype, shape, number = tree["dtype"], _shape(tree["shape"]), tree["a"]
        if type(dtype) is not str or dtype not in DTYPES:
            raise ValueError("an array is of a dtype that may not cross")
        itemsize = np.dtype(dtype).itemsize
        self.array(shape, itemsize)
        if type(number) is not int or number not in self.blobs:
            raise ValueError("an array has no bytes of its own")
        blob = self.blobs.pop(number)
        if len(blob) != itemsize * prod(shape):
            raise ValueError(f"an array of shape {shape} and dtype {dtype} came as {len(blob):,} bytes")
        array: np.ndarray = np.ndarray(shape, dtype, blob if type(blob) is bytearray else bytearray(blob))
        if dtype == "|b1" and array.view("u1").max(initial=0) > 1:
            raise ValueError("an array of bools holds bytes other than 0 and 1")
        return array

    def text_array(self, tree: dict[str, Any], depth: int) -> np.ndarray:
        shape = _shape(tree["shape"])
        texts: list[str] = []
        self.texts(tree["s"], shape, depth, texts)
        self.array(shape, 4 * _width(texts))
        return np.array(texts, f"<U{_width(texts)}").reshape(shape)

    def texts(self, tree: Any, shape: tuple[int, ...], depth: int, found: list[str]) -> None:
        self.node(depth)
        if not shape and type(tree) is str:
            found.append(self.text(tree))
        elif shape and type(tree) is list and len(tree) == shape[0]:
            for item in tree:
                self.texts(item, shape[1:], depth, found)
        else:
            raise ValueError("the texts of an array do not have its shape")

    def network(self, tree: dict[str, Any], depth: int) -> Any:
        handle, known = tree["n"], self.known
        if known is None:
            raise ValueError("a network came where none may come")
        if type(handle) is not int or not 0 <= handle < HANDLES:
            raise ValueError("a network came without a number")
        self.known = None  # no network inside a claim
        claim = self.value(tree["claim"], depth + 1)
        self.known = known
        return known(handle, claim)

    def to_build(self, tree: dict[str, Any], depth: int) -> NetworkToBuild:
        if not self.builds:
            raise ValueError("a network to build came where none may come")
        given = self.value(tree["b"], depth + 1)
        if type(given) is not dict or given.keys() != {"config", "weights"}:
            raise ValueError("a network to build is not written as a config and weights")
        return NetworkToBuild(config=given["config"], weights=given["weights"])

    def foreign(self, tree: dict[str, Any], depth: int) -> Foreign:
        if type(tree["x"]) is not str:
            raise ValueError("the name of a type is no text")
        return Foreign(self.text(tree["x"]))


def _width(texts: list[str]) -> int:
    """Characters that an array keeps for each of its texts: as many as the longest has."""
    return max(map(len, texts), default=0) or 1


def _float(text: Any) -> float:
    if type(text) is not str or not FLOAT.fullmatch(text):
        raise ValueError("a float is not written as one")
    try:
        return float.fromhex(text)
    except OverflowError:
        raise ValueError("a float is too large") from None


def _shape(lengths: Any) -> tuple[int, ...]:
    if type(lengths) is not list or any(type(length) is not int or length < 0 for length in lengths):
        raise ValueError("a shape is not written as lengths")
    if len(lengths) > AXES:
        raise ValueError(f"an array has {len(lengths)} axes; at most {AXES} may cross")
    return tuple(lengths)


_WRITERS: dict[type, Callable[[_Writer, Any, int], Any]] = {
    int: _Writer.integer,
    float: lambda self, value, depth: {"f": value.hex()},
    complex: lambda self, value, depth: {"c": [value.real.hex(), value.imag.hex()]},
    str: lambda self, value, depth: self.text(value),
    list: _Writer.items,
    tuple: lambda self, value, depth: {"t": self.items(value, depth)},
    dict: _Writer.dictionary,
    np.ndarray: _Writer.array_of,
    Network: _Writer.network,
    NetworkToBuild: _Writer.to_build,
    Foreign: lambda self, value, depth: {"x": self.text(value.kind)},
}
TYPES = "None, bool, " + ", ".join(kind.__name__ for kind in _WRITERS)

_READERS: dict[frozenset[str], Callable[[_Reader, dict[str, Any], int], Any]] = {
    frozenset(["i"]): _Reader.integer,
    frozenset(["f"]): lambda self, tree, depth: _float(tree["f"]),
    frozenset(["c"]): _Reader.complex_number,
    frozenset(["t"]): lambda self, tree, depth: tuple(self.items(tree["t"], depth)),
    frozenset(["d"]): _Reader.dictionary,
    frozenset(["a", "dtype", "shape"]): _Reader.array_of,
    frozenset(["s", "shape"]): _Reader.text_array,
    frozenset(["n", "claim"]): _Reader.network,
    frozenset(["b"]): _Reader.to_build,
    frozenset(["x"]): _Reader.foreign,
}
