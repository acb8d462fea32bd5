"""Charts as plain values that the templates draw as SVG. Pure."""
