"""The sample products, and how they are loaded."""
