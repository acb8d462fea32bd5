"""What is read from forms, and how mistakes in it are told."""
