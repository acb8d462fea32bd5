"""The ranking: page, rows, filters, release line, sheet, preview, API."""
