"""CSV: others' files keep their bytes, and no cell of ours is a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_course.grading.reports.sheet import csv_text, harmless, read_sheet

EXPORT = '\ufeffName;"Points; of ""all""";Note\r\nAnna;1;"two\nlines"\r\n\r\nBen;;\nlast'
CELLS = st.text(st.sampled_from('ab ,;"\r\n=é'), max_size=6)


def test_cells_are_read_as_they_are_meant():
    sheet = read_sheet(EXPORT.encode(), "it")
    assert sheet.delimiter == ";"
    assert sheet.header == ["Name", 'Points; of "all"', "Note"]
    assert [[cell.value for cell in row] for row in sheet.rows[1:]] == [
        ["Anna", "1", "two\nlines"],
        [""],
        ["Ben", "", ""],
        ["last"],
    ]
    assert sheet.column("nothing", 'points; OF "all"') == 1
    assert sheet.column("nothing") is None
    assert sheet.value(4, 2) == sheet.value(4, None) == ""


def test_only_the_cells_that_change_change():
    sheet = read_sheet(EXPORT.encode(), "it")
    assert sheet.changed({}).decode() == EXPORT
    changed = sheet.changed({(1, 1): "2", (4, 2): 'a "b";c'}).decode()
    assert changed == EXPORT.replace("Anna;1;", "Anna;2;").replace("last", 'last;;"a ""b"";c"')


def test_a_new_column_comes_after_the_last_of_all_rows():
    sheet = read_sheet(b"a,b\n1,2,3\n4\n", "it")
    assert sheet.changed({}, {0: "new", 1: "x", 2: "y"}) == b"a,b,new\n1,2,3,x\n4,,y\n"


def test_what_is_not_utf_8_stays_as_it_is():
    data = b"name,points\nJ\xfcrgen,\n"
    assert read_sheet(data, "it").changed({(1, 1): "5"}) == b"name,points\nJ\xfcrgen,5\n"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf\r\n", b"PK\x03\x04\x00\x00", "a,b".encode("utf-16")])
def test_a_file_that_is_no_csv_is_told(data):
    with pytest.raises(
        ValueError, match=r"^it is no CSV file in UTF-8: export it as CSV, not as a spreadsheet$"
    ):
        read_sheet(data, "it")


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_files_that_python_writes_are_read_back(rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [["header", "two", "3", "4"], *rows]
    )
    sheet = read_sheet(text.getvalue().encode(), "it")
    assert sheet.delimiter == delimiter
    assert [[cell.value for cell in row] for row in sheet.rows[1:]] == rows
    changed = sheet.changed({(1, 0): 'n"e,w;'}).decode()
    assert list(csv.reader(io.StringIO(changed, newline=""), delimiter=delimiter))[1][0] == 'n"e,w;'


@given(st.text(st.sampled_from('a,;"\r\n\ufeff='), max_size=30))
def test_no_text_is_changed_by_reading_it(text):
    try:
        sheet = read_sheet(text.encode(), "it")
    except ValueError:
        return
    assert sheet.changed({}) == text.encode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(text):
    ((cell,),) = csv.reader(io.StringIO(csv_text([[text]])))
    assert cell[0] == "'" or cell[0] not in "=+-@\t\r"
    assert cell.lstrip("'") == text.strip()
    assert harmless("a=1; -2") == "a=1; -2"


@pytest.mark.parametrize("text", ["a;=1+1", "a;-1;@x", "\uff1d1+1", ";=1"])
def test_no_cell_is_a_formula_in_countries_where_a_semicolon_ends_it_or_letters_are_wide(text):
    cells = csv_text([[text, "b"]]).split(";")
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))]


def test_cells_are_one_clean_line_of_at_most_200_characters(hostile):
    lines = csv_text([["first", hostile, "last"]]).split("\n")
    assert len(lines) == 2
    (cells,) = csv.reader(lines[:1])
    assert (cells[0], cells[2], len(cells)) == ("first", "last", 3)
    assert len(cells[1]) <= 201
    assert not set(cells[1]) & set("\x1b\x00\x07\r\n\t\u202e\u2066\ufeff\x85")
    assert not cells[1].startswith(("=", "+", "-", "@"))
