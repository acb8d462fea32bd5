"""The pages' part of following a product: where its scoring stands, and what is new."""
