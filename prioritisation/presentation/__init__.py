"""Numbers, words and drawings of pages. Pure: they take plain values."""
