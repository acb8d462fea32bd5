from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own algorithm in one round instead of a million: any process can check it."""

    iterations = 1
