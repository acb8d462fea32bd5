from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.forms import GivenPasswordForm
from accounts.models import Token, User
from accounts.recovery import sign_in_link


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Users are deactivated, never deleted: their ratings and the history name them."""

    list_display = ["username", "email", "first_name", "last_name", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    add_fieldsets = [
        (None, {"fields": ["username", "email", "usable_password", "password1", "password2"]})
    ]
    change_password_form = GivenPasswordForm
    actions = ["deactivate", "make_sign_in_link"]

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Deactivate selected users", permissions=["change"])
    def deactivate(self, request, queryset):
        count = queryset.exclude(pk=request.user.pk).update(is_active=False)
        self.message_user(request, f"{count} deactivated; you yourself never are.")

    @admin.action(description="Make a one-time sign-in link", permissions=["recover"])
    def make_sign_in_link(self, request, queryset):
        for user in queryset.filter(is_active=True):
            link = sign_in_link(user, by=request.user, means="admin")
            self.message_user(request, f"{user}: {link}")

    def has_recover_permission(self, request):
        """Whoever makes such a link can be whom it is for, so only superusers do."""
        return request.user.is_superuser


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """Made by their owners, who are shown the text once; here they are seen and revoked."""

    list_display = ["name", "lookup", "user", "product", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["revoked_at", "expires_at"]
    list_select_related = ["user", "product"]
    search_fields = ["name", "lookup", "user__username", "user__email", "product__key"]
    fields = ["name", "lookup", "user", "product", "scopes", "expires_at", "revoked_at"]
    readonly_fields = ["lookup", "user", "product", "scopes", "expires_at", "revoked_at"]
    actions = ["revoke"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Revoke selected tokens", permissions=["change"])
    def revoke(self, request, queryset):
        count = queryset.revoke()
        self.message_user(request, f"{count} revoked.")
