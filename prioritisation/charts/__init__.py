"""Drawings as plain values, which templates turn into SVG. Pure."""
