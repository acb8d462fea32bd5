"""Giving ratings: the grid, persona by persona, pasted, by the API."""
