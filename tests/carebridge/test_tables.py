"""Files as spreadsheets save them: letters, separators, quotes, sizes, and which row a mistake is in."""

from datetime import date

import pytest

from carebridge.lib import tables
from carebridge.lib.tables import Line, NoDate, TwoDates, Unreadable, day_of, read_table

COLUMNS = ["name", "day", "more"]


def read(text: str | bytes) -> list[Line]:
    """A file with a needed name."""
    return read_table(text if isinstance(text, bytes) else text.encode(), COLUMNS, ["name"])


def cells(text: str | bytes) -> list[dict[str, str]]:
    """The cells of every row."""
    return [line.cells for line in read(text)]


def refused(text: str | bytes) -> str:
    """Why the file as a whole is not taken."""
    with pytest.raises(Unreadable) as why:
        read(text)
    return str(why.value)


PLAIN = "name,day\nInés Muñoz,2015-04-30\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_of_every_spreadsheet(encoding: str) -> None:
    assert cells(PLAIN.encode(encoding)) == [{"name": "Inés Muñoz", "day": "2015-04-30"}]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_and_end_of_line(separator: str, end: str) -> None:
    text = f"name,day{end}Inés,x{end}".replace(",", separator)
    assert cells(text) == [{"name": "Inés", "day": "x"}]


def test_the_separator_is_that_of_the_headings_not_of_the_texts() -> None:
    assert cells('name;more\nAnn;"a, b, c, d"\n') == [{"name": "Ann", "more": "a, b, c, d"}]
    assert cells("sep=;\r\nname;more\r\nAnn;b\r\n") == [{"name": "Ann", "more": "b"}]


def test_a_letter_in_two_parts_is_the_letter() -> None:
    assert cells("name\nIne\u0301s\n") == [{"name": "Inés"}]


def test_quotes_hold_separators_line_breaks_and_quotes() -> None:
    lines = read('name,more\n"Ann ""Annie"" Lee","one\ntwo, three"\nBo,x\n')
    assert [line.number for line in lines] == [2, 3]  # rows as a spreadsheet counts, not lines
    assert lines[0].cells == {"name": 'Ann "Annie" Lee', "more": "one\ntwo, three"}


def test_quotes_that_do_not_match_are_named_with_their_row() -> None:
    assert "Row 3 " in refused('name,more\nAnn,x\n"Bo,x\nCy,x\n')
    assert "Row 2 " in refused('name,more\n"Ann" Lee,x\n')


def test_headings_in_any_order_with_capitals_and_spaces() -> None:
    assert cells("More , NAME\nx,Ann\n") == [{"more": "x", "name": "Ann"}]


def test_headings_that_are_missing_unknown_or_doubled_are_named() -> None:
    assert "name is not among them" in refused("day\nx\n")
    assert "“diagnosis”" in refused("name,Diagnosis\nAnn,x\n")
    assert "more than once: day" in refused("name,day,day\nAnn,x,y\n")
    assert "name is not among them" in refused("")
    assert "no rows" in refused("name,day\n,\n\n")


def test_empty_rows_are_passed_over_and_counted() -> None:
    assert [line.number for line in read("name\nAnn\n\n  \nBo\n")] == [2, 5]


def test_cells_beyond_the_headings_are_told_short_rows_are_not_wrong() -> None:
    lines = read("name,day\nAnn\nBo,x,,\nCy,x,y\n")
    assert [line.extra for line in lines] == [False, False, True]
    assert lines[0].cells == {"name": "Ann"}


def test_five_megabytes_are_taken_and_a_byte_more_is_not() -> None:
    start = b"name,more\nAnn,"
    rows = start + b"".join(b"x" * 99_990 + b"\nAnn," for _ in range(48))
    full = rows + b"x" * (tables.BYTES - len(rows))
    assert len(read(full[: len(rows)] + b"x")) == 49
    assert "cannot be read" in refused(full)  # within the size, and one cell is beyond all bounds
    assert "5 MB" in refused(full + b"x")


def test_ten_thousand_rows_are_taken_and_one_more_is_not() -> None:
    text = "name\n" + "Ann\n" * tables.ROWS
    assert len(read(text)) == tables.ROWS
    assert "10,000" in refused(text + "Ann\n")


@pytest.mark.parametrize("data", [b"name\n\x81\x8d\x8f", b"\xff\xfe\x00\xd8\n", b"PK\x03\x04\x14\x90\x81"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert "CSV UTF-8" in refused(data)


def test_what_no_screen_shows_is_made_visible() -> None:
    assert tables.visible("a\0b\u202ec\u2066d\x1b") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert tables.visible("line\nbreak, می‌خواهم, שלום") == "line\nbreak, می‌خواهم, שלום"  # joiners are part of words


@pytest.mark.parametrize(
    "text",
    [
        "2015-04-30", "2015/4/30", "2015.04.30", "30.04.2015", "30. 4. 2015", "30/04/2015", "04/30/2015", "30-4-2015",
        "30 April 2015", "30. april 2015", "Apr 30, 2015", "30-Apr-2015", "30 de abril de 2015", "30 abr 2015",
        "2015-04-30 00:00:00", "2015-04-30T00:00:00", " 30/04/2015 0:00 ",
    ],
)  # fmt: skip
def test_one_day_written_in_many_ways(text: str) -> None:
    assert day_of(text) == date(2015, 4, 30)


def test_a_day_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    with pytest.raises(TwoDates) as two:
        day_of("03/04/2015")
    assert two.value.days == (date(2015, 4, 3), date(2015, 3, 4))
    assert day_of("05/05/2015") == date(2015, 5, 5)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "30/04/15", "2015", "31/02/2015", "13/13/2015", "2015-13-01", "30 Aprill 2015", "2015-04-30 17:00",
        "0000-01-01", "٣٠/٠٤/٢٠١٥", "=TODAY()", "42124", "1" * 500,
    ],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(NoDate):
        day_of(text)
