"""Pickles are read without trusting them."""

import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from cnn_course.data.unpickle import read_pickle

BATCH = {"labels": [1, 2], "data": np.arange(6144, dtype="uint8").reshape(2, 3072)}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_files_that_today_s_numpy_wrote_are_read(protocol):
    read = read_pickle(pickle.dumps(BATCH, protocol), "batch")
    assert read[b"labels"] == [1, 2]
    np.testing.assert_array_equal(read[b"data"], BATCH["data"])


@pytest.mark.parametrize("protocol", [2, 4])
def test_files_that_numpy_1_wrote_are_read(protocol):
    old = pickle.dumps(BATCH, protocol)
    if protocol == 2:  # names are followed by a newline there; protocol 4 counts their bytes
        old = old.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    else:
        old = old.replace(b"\x16numpy._core.multiarray", b"\x15numpy.core.multiarray")
        old = old[:3] + struct.pack("<Q", struct.unpack("<Q", old[3:11])[0] - 1) + old[11:]
    assert b"numpy.core.multiarray" in old
    np.testing.assert_array_equal(read_pickle(old, "batch")[b"data"], BATCH["data"])


def test_an_array_in_fortran_order_keeps_its_rows():
    fortran = np.asfortranarray(BATCH["data"])
    np.testing.assert_array_equal(read_pickle(pickle.dumps({"data": fortran}), "x")[b"data"], BATCH["data"])


class Calls:
    """Pickles into a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize(
    ("function", "arguments", "asks"),
    [
        (os.system, ("touch HACKED",), "posix.system"),
        (eval, ("open('HACKED', 'w')",), "eval"),
        (open, ("HACKED", "w"), "io.open"),
        (np.load, ("HACKED",), "numpy.load"),
        (bytearray, (5,), "bytearray"),
    ],
)
def test_a_pickle_that_asks_for_anything_else_is_refused_and_nothing_is_called(
    tmp_path, monkeypatch, function, arguments, asks, protocol
):
    monkeypatch.chdir(tmp_path)
    hostile = pickle.dumps({"data": Calls(function, *arguments)}, protocol)
    with pytest.raises(RuntimeError, match=r"^data_batch_1 is not a CIFAR file: it asks for \S+$") as refusal:
        read_pickle(hostile, "data_batch_1")
    assert asks in str(refusal.value)
    assert not Path("HACKED").exists()


@pytest.mark.parametrize(
    "opcodes",
    [
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0ctouch HACKED\x85R.",  # STACK_GLOBAL, with a real "os"
        b"cnumpy\ndtype.__class__\n.",
        b"cnumpy.core.multiarray\n_reconstruct.__globals__\n.",
        b"(S'touch HACKED'\nios\nsystem\n.",
        b"\x80\x02Pname\n.",
        b"\x82\x01.",
    ],
)
def test_other_ways_to_name_a_function_lead_nowhere(opcodes):
    with pytest.raises(RuntimeError, match="^x is (not a CIFAR file|damaged): "):
        read_pickle(opcodes, "x")


def test_a_stand_in_cannot_be_changed_by_a_pickle():
    code = b"cnumpy\ndtype\n}(S'code'\nI1\nub."  # BUILD on what `numpy.dtype` gave
    with pytest.raises(RuntimeError, match="changes what it should only call"):
        read_pickle(code, "x")
    assert read_pickle(pickle.dumps(BATCH), "x")[b"labels"] == [1, 2]


@pytest.mark.parametrize(
    "array", [np.array([{}, []], object), np.zeros(3), np.array(["a"]), np.zeros(2, ">u2")]
)
def test_only_arrays_of_uint8_are_built(array):
    with pytest.raises(RuntimeError, match="array of type .*, where CIFAR has uint8"):
        read_pickle(pickle.dumps({"data": array}, 2), "x")


def test_a_huge_or_wrong_shape_is_refused_before_memory_is_asked_for():
    small = pickle.dumps({"data": np.zeros((2, 3), "uint8")}, 2)
    huge = small.replace(b"K\x02K\x03\x86", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86")
    assert huge != small
    with pytest.raises(RuntimeError, match="6 bytes for an array of shape"):
        read_pickle(huge, "x")


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_called_damaged(share):
    whole = pickle.dumps(BATCH, 2)
    with pytest.raises(RuntimeError, match="^x is damaged: "):
        read_pickle(whole[: int(len(whole) * share)], "x")


@pytest.mark.parametrize("value", [[1], "text", 3, None])
def test_a_pickle_that_holds_no_dict_is_not_a_cifar_file(value):
    with pytest.raises(RuntimeError, match="holds no dict but a"):
        read_pickle(pickle.dumps(value), "x")
