"""Requirements and ratings from a sheet; a product's first ranking from what is typed."""
