"""Who did what in a product, in words: the audit log."""
