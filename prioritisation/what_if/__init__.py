"""Scenarios: named what-ifs beside a product, which its scores never follow."""
