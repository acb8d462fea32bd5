from django.contrib import admin
from django.core.exceptions import ValidationError

from personas.models import AdoptionReading, Persona
from products.admin_base import BackOfficeForm, InputAdmin
from products.admin_delete import DeletedByKey


@admin.register(Persona)
class PersonaAdmin(DeletedByKey, InputAdmin):
    list_display = ["name", "product", "kind", "headcount", "importance"]
    list_filter = ["kind", ("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["product"]
    search_fields = ["name", "summary", "product__key", "product__name"]
    autocomplete_fields = ["product"]
    fixed_fields = ["product"]
    fieldsets = [
        (None, {"fields": ["product", "name", "kind", "position"]}),
        ("How much they count", {"fields": ["headcount", "importance"]}),
        ("Who they are", {"fields": ["quote", "summary", "goals", "frustrations"]}),
    ]

    def key_of(self, obj):
        return obj.name


class ReadingForm(BackOfficeForm):
    def clean_persona(self):
        persona = self.cleaned_data["persona"]
        if not persona.is_end_user:
            raise ValidationError("Only end users adopt a product; others pay for it.")
        return persona


@admin.register(AdoptionReading)
class AdoptionReadingAdmin(InputAdmin):
    form = ReadingForm
    list_display = [
        "observed_on", "persona", "product", "installed", "active", "worked_around", "source",
    ]  # fmt: skip
    list_filter = [("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["persona", "product"]
    date_hierarchy = "observed_on"
    search_fields = ["persona__name", "product__key", "note", "source"]
    autocomplete_fields = ["persona"]
    fixed_fields = ["persona"]
    fields = ["persona", "observed_on", "installed", "active", "worked_around", "note", "source"]

    def save_model(self, request, obj, form, change):
        obj.product_id = obj.persona.product_id
        super().save_model(request, obj, form, change)
