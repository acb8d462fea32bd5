"""Two people, one row: the later one sees both and chooses."""


class StaleVersion(Exception):
    """The row has changed since `version` was read. `current` is the row as it is now."""

    def __init__(self, current):
        super().__init__(f"{current} is at version {current.version} by now")
        self.current = current


def save_if_current(instance, *, version, fields, by=None):
    """UPDATE the named fields if the row still is at `version`; return the row as stored.

    Raises StaleVersion when it isn't, DoesNotExist when it is gone. One statement compares and
    writes, so of two simultaneous writers one waits for the other's lock and then finds its
    version gone. Where the fields hold what the row has, nothing is written.
    """
    rows = type(instance)._default_manager
    current = rows.get(pk=instance.pk)
    if current.version == version and holds_alike(current, instance, fields):
        return current
    values = {name: getattr(instance, name) for name in fields}
    changed = rows.filter(pk=instance.pk, version=version).update(**values, updated_by=_stored(by))
    current = rows.get(pk=instance.pk)
    if not changed:
        raise StaleVersion(current)
    return current


def holds_alike(one, other, fields):
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def delete_if_current(instance, *, version):
    """DELETE the row if it still is at `version`; raises as `save_if_current` does."""
    current = type(instance)._default_manager.select_for_update().get(pk=instance.pk)
    if current.version != version:
        raise StaleVersion(current)
    current.delete()


def _stored(user):
    """The user to write into `updated_by`: a product token's bearer is no user of ours."""
    return user if user is not None and user.pk else None
