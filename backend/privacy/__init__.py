"""Pure functions that keep personal data unreadable to whoever should not read it, and typed data sane."""
