"""Backups that restore: whole ones by their moment, what happened between them, and the way back."""
