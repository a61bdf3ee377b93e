"""Read CIFAR's pickles without trusting them: a pickle may name any function and have it called.

Whatever a pickle asks for by name goes through `find_class`. Here it finds stand-ins for the four names
that CIFAR's files need, and nothing else; so all that can come out are dicts, lists, bytes, numbers and
uint8 arrays. See "Restricting Globals" in Python's documentation of `pickle`.
"""

import io
import math
import pickle
from typing import Any, NoReturn

import numpy as np


def read_pickle(content: bytes, name: str) -> dict[bytes, Any]:
    """The dict that a file of CIFAR's "python" layout holds, with bytes for Python 2's strings.

    `name` is what messages call the file. RuntimeError if it is damaged or asks for anything else.
    """
    try:
        value = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except PermissionError as refusal:  # ours: nothing else in here asks for a permission
        raise RuntimeError(f"{name} is not a CIFAR file: it {refusal}") from None
    except Exception as error:  # damaged pickles raise nearly anything, MemoryError and IndexError included
        raise RuntimeError(f"{name} is damaged: {str(error) or type(error).__name__}") from None
    if not isinstance(value, dict):
        raise RuntimeError(f"{name} is not a CIFAR file: it holds no dict but a {type(value).__name__}")
    return {_key(k): v.array if isinstance(v, _Array) else v for k, v in value.items()}


def _key(key: Any) -> Any:
    return key.encode() if isinstance(key, str) else key  # a file that Python 3 wrote again has str keys


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        stand_in = _STAND_INS.get((module, name))
        if stand_in is None:
            raise PermissionError(f"asks for {module}.{name}")
        return stand_in() if isinstance(stand_in, type) else stand_in


class _Frozen:
    """A stand-in that a pickle can call but not change (its BUILD opcode sets attributes)."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> NoReturn:
        raise PermissionError("changes what it should only call")


class _Reconstruct(_Frozen):
    """For `numpy.core.multiarray._reconstruct`: an empty array, whose content comes with its state."""

    __slots__ = ()

    def __call__(self, kind: Any, shape: Any, code: Any) -> "_Array":
        return _Array()


class _FromBuffer(_Frozen):
    """For `numpy.core.numeric._frombuffer`, by which pickle protocol 5 writes arrays."""

    __slots__ = ()

    def __call__(self, content: Any, dtype: Any, shape: Any, order: Any) -> "_Array":
        array = _Array()
        array.__setstate__((1, shape, dtype, order == "F", content))
        return array


class _Dtype(_Frozen):
    """For `numpy.dtype`: one byte without sign, or nothing."""

    __slots__ = ()

    def __call__(self, code: Any, *_: Any) -> "_UInt8":
        if code not in ("u1", b"u1", "|u1", b"|u1"):
            raise PermissionError(f"holds an array of type {code!r}, where CIFAR has uint8")
        return _UInt8()


class _Encode(_Frozen):
    """For `_codecs.encode`, by which Python 3 writes bytes in old pickle protocols."""

    __slots__ = ()

    def __call__(self, text: Any, encoding: Any = "latin1") -> bytes:
        if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
            raise PermissionError(f"encodes text as {encoding!r}")
        return text.encode("latin1")


class _UInt8:
    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        """Byte order, alignment and the like: a byte has none."""


class _Array:
    """What becomes of an array: shape and content are checked before NumPy sees them."""

    __slots__ = ("array",)

    def __init__(self) -> None:
        self.array: np.ndarray | None = None

    def __setstate__(self, state: Any) -> None:
        _version, shape, dtype, fortran, content = state
        if not isinstance(dtype, _UInt8):
            raise PermissionError("holds an array that is not of type uint8")
        if not isinstance(content, bytes | bytearray):
            raise PermissionError("holds an array whose content is not bytes")
        if not all(isinstance(n, int) and n >= 0 for n in shape) or math.prod(shape) != len(content):
            raise PermissionError(f"holds {len(content)} bytes for an array of shape {shape}")
        self.array = np.frombuffer(content, "u1").reshape(shape, order="F" if fortran else "C")


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): "ndarray",  # only ever an argument of _reconstruct: a word will do
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _Encode,
    ("numpy.core.multiarray", "_reconstruct"): _Reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _Reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _FromBuffer,
    ("numpy._core.numeric", "_frombuffer"): _FromBuffer,
}
