"""The ranking page: its groups, rows, cut line, filters, preview and file."""
