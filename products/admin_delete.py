"""Deletions that take much else along: what goes is counted, and its key typed."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.shortcuts import redirect
from django.utils.text import capfirst


class DeletedByKey:
    """Mixin: one at a time, by whoever has typed what `key_of` says.

    What goes along has lists of its own; they are read-only and would forbid the deletion, so
    they are counted and not asked.
    """

    delete_confirmation_template = "admin/delete_by_key.html"

    def key_of(self, obj) -> str:
        raise NotImplementedError

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(self, objs, request):
        names, counts, lacking, protected = super().get_deleted_objects(objs, request)
        for obj in objs:
            counts |= rows_that_go_with(obj)
        return names, counts, lacking, protected

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_delete_permission(request, obj):
            return super().delete_view(request, object_id, extra_context)
        key = self.key_of(obj)
        if request.method == "POST" and request.POST.get("key", "").strip() != key.strip():
            messages.error(request, f"Nothing is deleted. To delete it, type {key} below.")
            return redirect(request.get_full_path())
        return super().delete_view(request, object_id, {**(extra_context or {}), "key": key})


def rows_that_go_with(obj) -> dict[str, int]:
    """{what rows are called: how many} of all that are deleted with it; its history stays."""
    found = {}
    # Hidden ones too: those with `related_name="+"`.
    for relation in obj._meta.get_fields(include_hidden=True):
        if relation.auto_created and getattr(relation, "on_delete", None) is models.CASCADE:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: obj})
            if count := rows.count():
                name = capfirst(relation.related_model._meta.verbose_name_plural)
                found[str(name)] = count
    return found
