"""A file that leaves the console: downloaded under its Chinese name, never shown in the browser, never kept."""

from urllib.parse import quote

from flask import Response

from backend.services.csv_papers import Sheet


def download(sheet: Sheet) -> Response:
    """Return the file as the answer to a press of a button."""
    response = Response(sheet.content, mimetype="text/csv; charset=utf-8")
    name = quote(sheet.name)
    response.headers["Content-Disposition"] = f"attachment; filename=\"list.csv\"; filename*=UTF-8''{name}"
    return response
