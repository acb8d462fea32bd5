"""What the back office does with people across all products: an action in the list of users."""

from django.contrib import admin
from django.template.response import TemplateResponse

from accounts.admin import UserAdmin
from products.pseudonymising import pseudonymise


@admin.action(description="Pseudonymise selected users, for good", permissions=["recover"])
def pseudonymise_selected(user_admin, request, queryset):
    users = list(queryset.exclude(pk=request.user.pk))
    if users and request.POST.get("confirmed") != "yes":
        context = {
            **user_admin.admin_site.each_context(request),
            "title": "Pseudonymise users",
            "users": users,
            "opts": user_admin.opts,
        }
        return TemplateResponse(request, "admin/pseudonymise.html", context)
    done = sum(pseudonymise(user, by=request.user, means="admin") for user in users)
    user_admin.message_user(request, f"{done} pseudonymised; you yourself never are.")
    return None


def add_action():
    UserAdmin.actions = [*UserAdmin.actions, pseudonymise_selected]
