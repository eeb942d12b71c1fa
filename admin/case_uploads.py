"""Photos and papers that come with a form of the case page: stored before the step, so that none waits for a file."""

from flask import request

from admin.sessions import actor
from backend.errors import Invalid
from backend.services import cases, files


def stored_photos(case_id: int) -> list[str]:
    """Store each chosen photo and return the hashes that announce them."""
    chosen = [photo for photo in request.files.getlist("photos") if photo.filename]
    if len(chosen) > cases.MOST_PHOTOS:
        raise Invalid.field("photos", f"照片最多{cases.MOST_PHOTOS}张。")
    return [files.add_file(case_id, photo.stream.read(), kind=files.PICTURE, by=actor()).sha256 for photo in chosen]


def store_paper(case_id: int) -> None:
    """Store the one chosen document."""
    paper = request.files["paper"]
    if not paper.filename:
        raise Invalid.field("paper", "请先选择文件。")
    what = request.form.get("what", "")
    files.add_file(case_id, paper.stream.read(), kind=files.DOCUMENT, what=what, by=actor())
