"""What a token may be made for: scopes by name, and what each covers."""

from collections.abc import Iterable

READ, WRITE = "read", "write"
EVERYTHING = "*"
"""Whatever its user may, or a maintainer of its product."""

#: resource → what it covers. products/api/scopes.py says which address is of which.
RESOURCES = {
    "products": "Their names, descriptions and capacity; making and deleting them",
    "members": "And their roles, and invitations",
    "policy": "How it is weighed, and applying a scenario",
    "personas": "Their kinds, sizes and importance",
    "readings": "How many could use it, and did",
    "requirements": "Their text, status and effort",
    "ratings": "What each requirement is worth to each persona",
    "ranking": "Its reasons, how sure it is, and how it moved",
    "scenarios": "What if it were weighed otherwise",
    "log": "Who did what; only a maintainer reads it",
}


def scope(resource: str, access: str) -> str:
    return f"{resource}:{access}"


SCOPES = (EVERYTHING, *(scope(name, access) for name in RESOURCES for access in (READ, WRITE)))


def not_understood(scopes: object) -> list[str]:
    """Those of a token's `scopes` that nobody knows: one that has any opens nothing.

    What isn't understood may have been meant to narrow the others.
    """
    if not isinstance(scopes, list):
        return [str(scopes)]
    return [str(one) for one in scopes if one not in SCOPES]


def missing(scopes: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Those of `needed` that a token with `scopes` hasn't. Who may write may also read."""
    held = set(scopes)
    if EVERYTHING in held:
        return []
    held |= {scope(one.partition(":")[0], READ) for one in held if one.endswith(f":{WRITE}")}
    return [one for one in needed if one not in held]


def told(scopes: object) -> str:
    """A token's scopes in words."""
    if not isinstance(scopes, list) or not_understood(scopes):
        return "nothing, as its scopes aren't known"
    if EVERYTHING in scopes:
        return "everything"
    return ", ".join(scopes) or "nothing"
