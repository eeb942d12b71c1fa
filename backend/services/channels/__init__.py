"""The channels on which messages leave: one adapter each, all under one contract (tests/jobs/test_channels.py)."""
