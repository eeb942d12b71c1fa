"""Text messages to telephones: one Protocol, its errors, and one real provider; off unless the settings name one."""
