"""What the back office's pages share: read-only lists, version conflicts, locks, history."""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst

from products.input_history import input_history
from products.models import Product
from products.versions import holds_alike

DELETED_SHOWN = 50
# Django 6's behaviour; without it 5.2 warns.
HTTPS_ASSUMED = {models.URLField: {"assume_scheme": "https"}}


class ReadOnly:
    """Mixin: to be looked at. What rescores and triggers write isn't anybody's to edit."""

    show_full_result_count = False
    actions = None

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    formfield_overrides = HTTPS_ASSUMED


class BackOfficeForm(forms.ModelForm):
    """Holds the version that its reader saw; whoever saves later sees both values and chooses.

    Fields that only the other one changed show the new value; fields that both changed keep
    what was typed and tell the other value. Saving again saves what the form then shows.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version if self.instance.pk else None

    @property
    def changed_data(self):
        return [name for name in super().changed_data if name != "seen_version"]

    def _get_validation_exclusions(self):
        """Constraints hold for fields, too, that the form only shows: another persona of the
        product may have the name."""
        excluded = super()._get_validation_exclusions()
        return excluded - {"product", "requirement", "persona"} if self.instance.pk else excluded

    def clean(self):
        cleaned = super().clean()
        if not self.instance.pk:
            return cleaned
        # Locked until COMMIT: what is compared here can't change before it is written.
        rows = type(self.instance)._default_manager.select_for_update(no_key=True, of=("self",))
        current = rows.filter(pk=self.instance.pk).first()
        if current is None:
            raise forms.ValidationError("Somebody deleted this meanwhile.")
        if current.version != self.cleaned_data.get("seen_version"):
            self._show_both(current)
        return cleaned

    def _show_both(self, current):
        seen = self._row_as_seen()
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = str(current.version)
        who = current.updated_by or "Somebody"
        self.add_error(None, f"{who} changed this since you opened it. Look it over, save again.")
        for name in self.fields:
            if name == "seen_version" or name in self.errors:
                continue
            theirs = self._comparable(name, current)
            if seen is not None and theirs == self._comparable(name, seen):
                continue
            mine = self[name].field.prepare_value(self.cleaned_data.get(name))
            mine = getattr(mine, "pk", mine)
            if mine == theirs:
                continue
            if seen is not None and mine == self._comparable(name, seen):
                self.data[self.add_prefix(name)] = "" if theirs is None else str(theirs)
                self.add_error(name, f"Changed meanwhile, from “{shown(mine)}” to this.")
            else:
                self.add_error(name, f"Yours is here; meanwhile it became “{shown(theirs)}”.")

    def _row_as_seen(self):
        """The row at the version that the form was filled with, from the input history."""
        events = type(self.instance).pgh_event_model.objects
        version = self.cleaned_data.get("seen_version")
        return events.filter(pgh_obj_id=self.instance.pk, version=version).first()

    def _comparable(self, name, row):
        attname = self._meta.model._meta.get_field(name).attname
        return self.fields[name].prepare_value(getattr(row, attname))


def shown(value):
    return "" if value is None else str(value)


class InputAdmin(admin.ModelAdmin):
    """Inputs: versioned forms, deletes that wait for a running rescore, the history of a row."""

    form = BackOfficeForm
    #: fields that never change once the row is there
    fixed_fields = ()
    formfield_overrides = HTTPS_ASSUMED
    show_full_result_count = False

    def get_readonly_fields(self, request, obj=None):
        fixed = self.fixed_fields if obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_fieldsets(self, request, obj=None):
        """Without a fieldset of its own the hidden field would stand among the others."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        title, options = fieldsets[-1]
        names = [*options["fields"], *({"seen_version"} - set(options["fields"]))]
        return [*fieldsets[:-1], (title, {**options, "fields": names})]

    def save_model(self, request, obj, form, change):
        obj.updated_by = request.user
        if not change:
            obj.save()
            return
        # Written otherwise it may be the same: 8 and 8.0, or a space at the end of a text.
        stored = type(obj)._default_manager.get(pk=obj.pk)
        if holds_alike(obj, stored, form.changed_data):
            return
        names = [*form.changed_data, "updated_by"]
        if hasattr(obj, "updated_at"):
            obj.updated_at = timezone.now()
            names.append("updated_at")
        obj.save(update_fields=names)

    def delete_model(self, request, obj):
        Product.objects.lock(product_id_of(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        # In one order, or two such deletions could wait for each other.
        for product_id in sorted({product_id_of(obj) for obj in queryset}):
            Product.objects.lock(product_id)
        super().delete_queryset(request, queryset)

    def get_deleted_objects(self, objs, request):
        """Names the rows alone: what belongs to them may be tens of thousands of scores, whose
        own lists are read-only and so would forbid the deletion."""
        names = [str(obj) for obj in objs[:DELETED_SHOWN]]
        more = len(objs) - len(names)
        count = {capfirst(self.opts.verbose_name_plural): len(objs)}
        return [*names, *([f"… and {more} more"] if more > 0 else [])], count, set(), []

    def log_addition(self, *args):
        """The input history knows it already, and from every other face too."""

    log_change = log_deletions = log_addition

    def history_view(self, request, object_id, extra_context=None):
        """The row's input history, instead of the admin's own log, which knows only itself."""
        # First: to others it would tell which rows there are.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {obj}",
            "entries": input_history(self.model, obj.pk),
            "object": obj,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
        }
        return TemplateResponse(request, "admin/input_history.html", context)


def product_id_of(obj):
    return obj.pk if isinstance(obj, Product) else obj.product_id
