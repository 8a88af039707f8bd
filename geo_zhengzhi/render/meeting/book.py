"""A meeting file's tables as a workbook; text is text, whatever it begins with, and nothing in it is a formula."""

import io
import re

import openpyxl
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_tables import Sheet, deck_tables
from geo_zhengzhi.render.meeting.packing import office_file, sayable

FONT = "Microsoft YaHei"
HEAD = PatternFill("solid", fgColor="E3EAF1")
TITLE_MARKS = re.compile(r"[\[\]:*?/\\]")  # what a sheet's name cannot hold
LONGEST_NAME, LONGEST_TEXT = 31, 32_000
PERCENT, RATIO, COUNT = "+0%;-0%;0%", "0.00", "#,##0"


def deck_book(deck: Deck) -> bytes:
    """The workbook (.xlsx), the same bytes for the same deck."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in deck_tables(deck):
        _fill(book.create_sheet(TITLE_MARKS.sub(" ", table.name)[:LONGEST_NAME]), table, deck)
    stream = io.BytesIO()
    book.save(stream)
    return office_file(stream.getvalue(), deck)


def _fill(sheet: Worksheet, table: Sheet, deck: Deck) -> None:
    """Heads that stay in sight, rows below them, and on paper the classification above."""
    for column, head in enumerate(table.heads, start=1):
        _write(sheet.cell(1, column), head, Font(name=FONT, bold=True)).fill = HEAD
    for number, row in enumerate(table.rows, start=2):
        for column, value in enumerate(row, start=1):
            _write(sheet.cell(number, column), value, Font(name=FONT))
            sheet.cell(number, column).number_format = _format(table.heads[column - 1], value, deck)
    for column, width in enumerate(table.widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.right.text = sayable(deck.classification).replace("&", "&&")


def _write(cell: Cell, value: str | int | float | None, font: Font) -> Cell:
    """A value as what it is: text never becomes a formula, also where a reader edits the cell."""
    if isinstance(value, str):
        cell.value = sayable(value)[:LONGEST_TEXT]
        cell.data_type = "s"
        cell.quotePrefix = True
    else:
        cell.value = value
    cell.font = font
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
    return cell


def _format(head: str, value: object, deck: Deck) -> str:
    """How a number is printed; years and ranks are whole numbers below the first comma."""
    _ = deck.translate
    if isinstance(value, float):
        return PERCENT if head == _("change") else RATIO
    if isinstance(value, int):
        return "0" if head in (_("List of year"), _("Rank")) else COUNT
    return "@" if isinstance(value, str) else "General"
