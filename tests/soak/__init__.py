"""A county's ordinary traffic for half an hour: whether anything grows that should not."""
