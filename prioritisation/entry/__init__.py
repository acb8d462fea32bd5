"""How ratings and requirements get in: the grid, the start page, files, bulk edits."""
