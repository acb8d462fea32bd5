"""Who owns a product, in the back office: one whose owners are all deactivated is nobody's."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch

from products.models import Membership
from products.roles import Role


def active_owners():
    """Of the product of the outer query."""
    return Membership.objects.filter(product=OuterRef("pk"), role=Role.OWNER, user__is_active=True)


class OwnersFilter(admin.SimpleListFilter):
    title, parameter_name = "owners", "owners"

    def lookups(self, request, model_admin):
        return [("none", "None who can sign in")]

    def queryset(self, request, queryset):
        return queryset.exclude(Exists(active_owners())) if self.value() == "none" else queryset


class ShowsOwners:
    """Mixin: the column `owners`. A new one is made among the product's members."""

    def get_queryset(self, request):
        owners = Membership.objects.filter(role=Role.OWNER).select_related("user")
        shown = Prefetch("memberships", owners, to_attr="owning")
        return super().get_queryset(request).prefetch_related(shown)

    @admin.display(description="owners")
    def owners(self, product):
        users = [membership.user for membership in product.owning]
        return ", ".join(f"{user}" if user.is_active else f"{user} (deactivated)" for user in users)
