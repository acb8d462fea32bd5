"""The process that tells open pages that something is new. It has no database."""
