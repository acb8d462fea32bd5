"""What hashing a password costs, and how many a process hashes at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.hashing import MAX_HASHES_AT_ONCE, BoundedArgon2


def test_it_costs_what_owasp_recommends():
    assert (
        BoundedArgon2().encode("x", "salt" * 4).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    )


@pytest.mark.parametrize("verb", ["encode", "verify"])
def test_so_many_are_hashed_at_once_and_no_more(monkeypatch, verb):
    """The first ones wait in it for one another; one more would be there with them."""
    inside, most = [], []
    met = threading.Barrier(MAX_HASHES_AT_ONCE)

    def hash_slowly(self, *given):
        inside.append(1)
        most.append(len(inside))
        met.wait(10)
        inside.pop()

    monkeypatch.setattr(Argon2PasswordHasher, verb, hash_slowly)
    with ThreadPoolExecutor(3 * MAX_HASHES_AT_ONCE) as pool:
        list(pool.map(getattr(BoundedArgon2(), verb), *(["x"] * 12, ["y"] * 12)))

    assert max(most) == MAX_HASHES_AT_ONCE
