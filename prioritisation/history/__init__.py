"""What moved, when and why; what was expected and what happened."""
