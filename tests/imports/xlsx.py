"""Reads back the workbooks that go out."""

from backend.services.imports.xlsx_files import read_xlsx


def read_back(content: bytes) -> list[list[str]]:
    """Return the rows of a workbook's first sheet."""
    return [list(map(str, row.cells)) for row in read_xlsx(content)]
