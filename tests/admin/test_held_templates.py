"""A web process shows the pages that it began with, whatever an upgrade lays into its folders meanwhile."""

from pathlib import Path

import pytest
from flask import Flask, render_template
from jinja2 import TemplateNotFound

from admin.held_templates import hold_templates


def test_a_process_shows_the_pages_it_began_with(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{% include 'part.html' %}, {{ who }}")
    (tmp_path / "part.html").write_text("before")
    app = Flask("here", template_folder=str(tmp_path))
    hold_templates(app)

    (tmp_path / "part.html").write_text("after {{ nobody.knows }}")
    (tmp_path / "new.html").write_text("new")

    with app.app_context():
        assert render_template("page.html", who="王某") == "before, 王某"
        with pytest.raises(TemplateNotFound):
            render_template("new.html")


def test_every_page_of_the_console_is_held_and_fits_into_the_cache(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    env = app.jinja_env
    names = env.list_templates()
    monkeypatch.setattr(env, "loader", env.loader)  # put back in the end
    hold_templates(app)

    assert {env.get_template(name).name for name in names} == set(names)
    assert env.cache is not None
    assert 100 < len(names) < env.cache.capacity
