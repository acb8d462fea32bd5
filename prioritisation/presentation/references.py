"""How an answer names a requirement: by its id, with its key beside it."""

from rest_framework import serializers


class ReferenceSerializer(serializers.Serializer):
    requirement = serializers.IntegerField(help_text="Its id.")
    key = serializers.CharField()


def reference(product, requirement_id, number):
    return {"requirement": requirement_id, "key": f"{product.key}-{number}"}


def reference_of(row):
    """Of a selectors.Row."""
    return {"requirement": row.requirement_id, "key": row.key}
