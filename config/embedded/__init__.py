"""PostgreSQL and Valkey of `make run` and of the tests."""
