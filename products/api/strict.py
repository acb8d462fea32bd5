"""Serializers and query strings that take nothing silently."""

from collections.abc import Mapping

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

NO_FIELD = "There is no such field."
NO_PARAMETER = "There is no such parameter."


class Strict:
    """Mixin of a serializer: refuses fields that it doesn't have, and read-only ones with another
    value than they have. With the same value they are taken: an answer can be sent back.

    `said` in the context is name → value of what the URL says; a body may repeat it, not contradict
    it.
    """

    def to_internal_value(self, data):
        wrong = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            taken = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError(error.detail | wrong) from None
        if wrong:
            raise ValidationError(wrong)
        return taken

    def _refused(self, data):
        outermost = self.root in (self, self.parent)
        said = self.context.get("said", {}) if outermost else {}
        wrong = {}
        for name, given in data.items():
            field = self.fields.get(name)
            if field is not None and not field.read_only:
                continue
            if field is not None and self.instance is not None and outermost:
                wrong[name] = self._contradiction(field, given)
            elif name in said:
                same = str(given) == str(said[name])
                wrong[name] = None if same else f"The URL says {said[name]}."
            else:
                wrong[name] = NO_FIELD if field is None else "This is read-only: leave it out."
        return {name: [message] for name, message in wrong.items() if message}

    def _contradiction(self, field, given):
        value = field.get_attribute(self.instance)
        shown = None if value is None else field.to_representation(value)
        if _same(field, given, shown):
            return None
        return f"This is read-only, and is {shown} now: leave it out."


def _same(field, given, shown):
    if isinstance(given, bool) is not isinstance(shown, bool):
        return False
    if given == shown or not isinstance(field, serializers.DateTimeField):
        return given == shown
    try:  # the client may write the same time in its own way
        return field.to_representation(field.to_internal_value(given)) == shown
    except ValidationError:
        return False


class StrictSerializer(Strict, serializers.Serializer):
    pass


def refuse_unknown_query(query, known):
    """Raises ValidationError where `query` has a name that isn't `known`, or one twice."""
    wrong = {}
    for name, values in query.lists():
        if name not in known:
            wrong[name] = NO_PARAMETER
        elif len(values) > 1:
            wrong[name] = "Only once."
    if wrong:
        raise ValidationError(wrong)
