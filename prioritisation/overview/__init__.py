"""Personas and products at a glance, the sidebar's counts."""
