"""A filed home check in words: the very words that its printed form says too."""

from backend.services.check_words import ASSESSED, INCOME, Names, home_check

__all__ = ["ASSESSED", "INCOME", "Names", "home_check"]
