"""Starts, watches and stops the whole program on one machine, for `make run`, the story, the tests and the bench."""
