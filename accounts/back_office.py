from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class BackOffice(AdminSite):
    """The admin behind the site's sign-in, its limits and its second factor."""

    site_header = site_title = "Userward"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Ours alone. allauth's lists show raw rows, secrets of second factors among them."""
        if not (admin_class and admin_class.__module__.startswith("allauth.")):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view, cacheable=False):
        @wraps(view)
        def checked(request, *args, **kwargs):
            """Django asks the database for whatever is said to be selected."""
            chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
            if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in chosen):
                raise BadRequest("What is selected is no row.")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)

    def has_permission(self, request):
        return super().has_permission(request) and not _lacks_second_factor(request.user)

    def login(self, request, extra_context=None):
        """The admin's own form looks at passwords without a limit, and knows no second factor."""
        user, here = request.user, _next(request)
        if not user.is_authenticated:
            return redirect_to_login(here)
        if self.has_permission(request):
            return HttpResponseRedirect(here)
        if user.is_active and user.is_staff:
            messages.warning(request, "The back office needs a second factor. Add one first.")
            return redirect("mfa_index")
        raise PermissionDenied("The back office is for staff.")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")


def _lacks_second_factor(user):
    return settings.STAFF_NEED_SECOND_FACTOR and not is_mfa_enabled(user)


def _next(request):
    asked = request.GET.get(REDIRECT_FIELD_NAME, "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if safe and asked.startswith("/") else reverse("admin:index")
