"""The corner of a table: no header where there is nothing to head."""

import pytest
from markdown import Markdown


def header(row):
    page = f"{row}\n|---|---|\n| a | b |"
    return Markdown(extensions=["tables", "generator.corner:CornerExtension"]).convert(page)


def test_an_empty_corner_is_an_ordinary_cell():
    assert header("| | Value |").count("<th>") == 1


@pytest.mark.parametrize("row", ["| Unit | Value |", "| *Unit* | Value |", "| `w` | Value |"])
def test_a_cell_with_anything_in_it_stays_a_header(row):
    assert header(row).count("<th>") == 2
