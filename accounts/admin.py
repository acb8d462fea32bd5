from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from accounts.account_events import record
from accounts.forms import GivenPasswordForm
from accounts.models import AccountEvent, Token, User
from accounts.recovery import sign_in_link, take_second_factor_away

#: what only a superuser gives and takes
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _told(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, QuerySet | list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else f"“{value}”"


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Users are deactivated, never deleted: their ratings and the history name them."""

    list_display = ["username", "email", "first_name", "last_name", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    add_fieldsets = [
        (None, {"fields": ["username", "email", "usable_password", "password1", "password2"]})
    ]
    change_password_form = GivenPasswordForm
    actions = ["deactivate", "make_sign_in_link", "take_away_second_factor"]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *POWERS)

    def has_change_permission(self, request, obj=None):
        """Staff and superusers are a superuser's to change. Else: whoever may change users sets
        the password of one who may more, and signs in as them."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self._may_change(request, obj))

    def _may_change(self, request, user):
        return request.user.is_superuser or not (user.is_staff or user.is_superuser)

    def has_delete_permission(self, request, obj=None):
        return False

    def construct_change_message(self, request, form, formsets, add=False):
        """What became what; Django's own tells the names of the fields alone, as of a password."""
        given_password = isinstance(form, self.change_password_form)
        if given_password:  # and saved: Django asks for the words of its log then
            record(form.user, AccountEvent.Kind.PASSWORD, by=request.user, means="admin")
        if add or given_password or not form.changed_data:
            return super().construct_change_message(request, form, formsets, add)
        return "; ".join(
            f"{form.fields[name].label or name}: {_told(form.initial.get(name))}"
            f" → {_told(form.cleaned_data.get(name))}"
            for name in form.changed_data
        )

    @admin.action(description="Deactivate selected users", permissions=["change"])
    def deactivate(self, request, queryset):
        chosen = queryset.filter(is_active=True).exclude(pk=request.user.pk).order_by("pk")
        users = [user for user in chosen.select_for_update() if self._may_change(request, user)]
        User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)
        for user in users:
            self.log_change(request, user, "Active: yes → no")
        left = queryset.count() - len(users)
        untouched = f" {left} left as they are." if left else ""
        self.message_user(request, f"{len(users)} deactivated; you yourself never are.{untouched}")

    @admin.action(description="Make a one-time sign-in link", permissions=["recover"])
    def make_sign_in_link(self, request, queryset):
        for user in queryset.filter(is_active=True):
            self.log_change(request, user, "A one-time sign-in link was made")
            link = sign_in_link(user, by=request.user, means="admin")
            self.message_user(request, f"{user}: {link}")

    @admin.action(description="Take the second factor away", permissions=["recover"])
    def take_away_second_factor(self, request, queryset):
        users = list(queryset)
        without = [
            user for user in users if take_second_factor_away(user, by=request.user, means="admin")
        ]
        for user in without:
            self.log_change(request, user, "The second factor was taken away")
        self.message_user(
            request,
            f"{len(without)} of {len(users)} had one. They sign in by their password alone now.",
        )

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
        tokens = list(
            queryset.filter(revoked_at=None).order_by("pk").select_for_update(of=("self",))
        )
        chosen = Token.objects.filter(pk__in=[token.pk for token in tokens])
        chosen.revoke()
        revoked_at = dict(chosen.values_list("pk", "revoked_at"))
        for token in tokens:
            told = f"Revoked at: {_told(None)} → {_told(revoked_at[token.pk])}"
            self.log_change(request, token, told)
        self.message_user(request, f"{len(tokens)} revoked.")


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """What a group may, all in it may; so it is a superuser's to say."""

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser
