"""The bytes of a file as text, or in one line why they are none."""

import codecs
import re

from cnn_course.grading.batch.found import Refused

CODING = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\n]*)?\r?\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]{1,40})"
)  # PEP 263
CODINGS = re.compile(
    r"utf-8(-sig)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gb\w+|big5|shift_jis|euc_\w+"
)  # that are ways to write letters; Python also has "rot13" and "unicode_escape"
BEGINNINGS = (
    (b"PK\x03\x04", "a zip archive or a Word file"),
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "a Word file"),
    (b"\xd0\xcf\x11\xe0", "a Word or Excel file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "an archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x89HDF", "a saved network"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|\?xml)\b", re.IGNORECASE | re.DOTALL
)
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def text_of(name: str, data: bytes) -> str:
    """The text in `data`; `Refused` if that is another kind of file, or in no known coding.

    The coding is UTF-8, or what a line on top says as PEP 263 has it, or that of an old Windows editor.
    """
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise Refused(f"{name} is empty")
    for beginning, what in BEGINNINGS:
        if data.startswith(beginning):
            raise Refused(f"{name} is {what} by another name; hand in the code itself")
    if HTML.match(data[:4096]):
        raise Refused(f"{name} is a web page by another name; hand in the code itself")
    if data.startswith(UTF16) or data.count(0) > len(data) // 4:
        raise Refused(f'{name} is saved as UTF-16 ("Unicode" in old editors); save it as UTF-8')
    if 0 in data:
        raise Refused(f"{name} is no text: it has NUL bytes in it, from line {_line(data, data.index(0))}")
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(name, data, "utf-8-sig")
    declared = CODING.match(data[:4096])
    return _decoded(name, data, _coding(name, declared[1].decode())) if declared else _guessed(name, data)


def _coding(name: str, declared: str) -> str:
    try:
        coding = codecs.lookup(declared).name
    except (LookupError, ValueError):
        coding = ""
    if not CODINGS.fullmatch(coding):
        raise Refused(
            f"{name} says on top that its coding is {declared}, which is not known; save it as UTF-8"
        )
    return coding


def _guessed(name: str, data: bytes) -> str:
    try:
        return _decoded(name, data, "utf-8")
    except Refused:
        text = data.decode("cp1252", "replace")
        if "\ufffd" in text or CONTROLS.search(text):
            raise
        return text


def _decoded(name: str, data: bytes, coding: str) -> str:
    try:
        return data.decode(coding)
    except UnicodeDecodeError as problem:
        at = f"line {_line(data, problem.start)} has the byte 0x{data[problem.start]:02x}"
        wanted = coding.removesuffix("-sig").upper()
        raise Refused(f"{name} is no text in {wanted}: {at}; save it as UTF-8") from None
    except UnicodeError:
        raise Refused(f"{name} is no text in {coding}; save it as UTF-8") from None


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
