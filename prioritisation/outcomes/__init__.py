"""What shipped: what was expected of it, and what the readings say since."""
