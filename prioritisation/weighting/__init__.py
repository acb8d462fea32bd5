"""How a product is weighed: who counts, its policy, scenarios."""
