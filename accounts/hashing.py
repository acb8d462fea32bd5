import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

#: How many passwords a process hashes at once. Each takes a core for its time and MEMORY_KIB.
MAX_HASHES_AT_ONCE = 2
MEMORY_KIB = 19 * 1024
_places = threading.BoundedSemaphore(MAX_HASHES_AT_ONCE)


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id with the cost that OWASP recommends (19 MiB, 2 rounds, 1 lane), two at a time.

    Else: many sign-ins at once take all cores and 100 MB each, and every other page waits.
    """

    memory_cost = MEMORY_KIB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _places:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _places:
            return super().verify(password, encoded)
