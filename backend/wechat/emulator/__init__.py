"""A WeChat of our own, as strict as the original, with a page per phone: its own process, imported by nobody."""
