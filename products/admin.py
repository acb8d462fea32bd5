from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from products.admin_base import BackOfficeForm, InputAdmin, ReadOnlyAdmin
from products.admin_delete import DeletedByKey
from products.admin_export import CsvExport
from products.admin_owners import OwnersFilter, ShowsOwners
from products.models import Comment, Membership
from products.people_admin import add_action
from products.roles import Role


class MembersFormSet(BaseInlineFormSet):
    def clean(self):
        """The database would refuse a product without an owner too, but only at COMMIT."""
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        if not any(self.errors) and not any(row.get("role") == Role.OWNER for row in kept):
            raise ValidationError("A product keeps an owner.")


class MemberForm(BackOfficeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Somebody else is another membership.
        self.fields["user"].disabled = self.instance.pk is not None


class MembershipInline(admin.TabularInline):
    model = Membership
    form = MemberForm
    formset = MembersFormSet
    fields = ["user", "role", "seen_version"]
    autocomplete_fields = ["user"]
    extra = 0

    def has_add_permission(self, request, obj=None):
        return obj is not None


class ProductAdmin(DeletedByKey, ShowsOwners, InputAdmin):
    """Registered with its scoring (prioritisation/pipeline/product_admin.py)."""

    list_display = ["key", "name", "owners", "effort_unit", "capacity", "is_sample", "created_at"]
    list_display_links = ["key", "name"]
    list_filter = [OwnersFilter, "is_sample", "created_at"]
    search_fields = ["key", "name"]
    fields = ["key", "name", "description", "effort_unit", "capacity"]
    fixed_fields = ["key"]

    def key_of(self, obj):
        return obj.key

    def get_inlines(self, request, obj):
        return [MembershipInline] if obj else []

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            Membership.objects.create(
                product=obj, user=request.user, role=Role.OWNER, updated_by=request.user
            )

    def save_formset(self, request, form, formset, change):
        for inline in formset.forms:
            inline.instance.updated_by = request.user
        super().save_formset(request, form, formset, change)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """To search; members are edited with their product, which must keep an owner."""

    list_display = ["product", "user", "role"]
    list_filter = ["role"]
    list_select_related = ["product", "user"]
    search_fields = ["product__key", "product__name", "user__username", "user__email"]


class RequirementAdmin(CsvExport, InputAdmin):
    export_columns = {
        "product": "product.key",
        **{
            name: name
            for name in (
                "number", "external_id", "title", "description", "status", "effort", "tags",
                "must_reason", "must_note", "must_by", "decision", "external_url", "created_at",
                "updated_at",
            )
        },
    }  # fmt: skip
    list_display = ["key", "title", "product", "status", "effort", "must_reason", "updated_at"]
    list_display_links = ["key", "title"]
    list_filter = ["status", "must_reason", ("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["product"]
    list_per_page = 50
    search_fields = ["title", "external_id", "product__key", "product__name"]
    search_help_text = "A title, an external id, a product or a key such as ROTA-12."
    autocomplete_fields = ["product"]
    fixed_fields = ["product"]
    readonly_fields = ["key"]
    fieldsets = [
        (None, {"fields": ["key", "product", "title", "description", "tags"]}),
        ("Planning", {"fields": ["status", "decision", "effort"]}),
        ("Must do", {"fields": ["must_reason", "must_note", "must_by"]}),
        ("Elsewhere", {"fields": ["external_id", "external_url"]}),
    ]

    @admin.display(ordering=("number"))
    def key(self, requirement):
        return requirement.key if requirement.pk else "–"

    def get_search_results(self, request, queryset, search_term):
        key, dash, number = search_term.strip().upper().rpartition("-")
        # A number that there can be: int() refuses one of 4,301 digits.
        if dash and number.isascii() and number.isdigit() and len(number) <= 9:
            found = queryset.filter(product__key=key, number=int(number))
            if found.exists():
                return found, False
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Comment)
class CommentAdmin(InputAdmin):
    list_display = ["__str__", "requirement", "author", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["requirement", "author"]
    search_fields = ["text", "requirement__title", "author__username", "product__key"]
    autocomplete_fields = ["requirement"]
    fixed_fields = ["requirement"]
    fields = ["requirement", "text"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
            obj.product_id = obj.requirement.product_id
        super().save_model(request, obj, form, change)


add_action()
