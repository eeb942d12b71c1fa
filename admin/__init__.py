"""The console on Flask-Admin."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the console to the application."""
