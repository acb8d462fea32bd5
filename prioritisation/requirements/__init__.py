"""A requirement: its page and drawer, its form, comments, bulk edit, API."""
