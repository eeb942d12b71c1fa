"""A list as it comes from a spreadsheet, pasted or in a file: its text, its lines, its cells."""

from werkzeug.datastructures import FileStorage

from backend.errors import Invalid

MOST_BYTES = 400_000
_ENCODINGS = ("utf-8-sig", "gb18030")


def text_of(pasted: str, file: FileStorage | None) -> str:
    """Return the list's text: of the file if one was chosen, else what was pasted."""
    if file is None or not file.filename:
        return pasted
    content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Invalid.field("file", "文件太大了，请分几次导入。")
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid.field("file", "读不懂这个文件。请在表格软件里另存为文本或逗号分隔的文件，再选它。")


def lines_of(text: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each line that says something, with the line's number; a heading is left out."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    said = [(number, cells_of(line)) for number, line in lines if line.strip(",，\t ")]
    return [(number, cells) for number, cells in said if "户主" not in "".join(cells[:3])]


def cells_of(line: str) -> list[str]:
    """Return a line's cells; the empty ones at its end are left out."""
    separator = "\t" if "\t" in line else ","
    cells = [cell.strip().strip("\"'") for cell in line.replace("，", ",").split(separator)]
    while cells and not cells[-1]:
        cells.pop()
    return cells
