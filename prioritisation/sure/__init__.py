"""How far the order can be trusted."""
