"""Reads that several features share."""
