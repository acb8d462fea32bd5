from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import public, signed_in
from accounts.forms import NewPasswordForm, NewTokenForm, SignInForm


@public
def sign_in(request):
    view = auth.LoginView.as_view(
        template_name="accounts/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
    )
    return view(request)


@public
def sign_out(request):
    return auth.LogoutView.as_view()(request)


@signed_in
@require_GET
def account(request):
    return _page(request)


@signed_in
@require_POST
def change_password(request):
    form = NewPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, status=422, password=form)
    form.save()
    update_session_auth_hash(request, form.user)
    messages.success(request, "The password is changed. Other devices must sign in again.")
    return redirect("account")


@signed_in
@require_POST
def new_token(request):
    form = NewTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, new_token=form)
    token, text = form.issue(request.user)
    # Drawn at once instead of after a redirect: the text would have to wait somewhere.
    return _page(request, issued=token, text=text)


@signed_in
@require_POST
def revoke_token(request, pk):
    token = get_object_or_404(request.user.tokens, pk=pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return redirect("account")


@never_cache
def _page(request, *, status=200, **context):
    page = {
        "password": NewPasswordForm(request.user),
        "new_token": NewTokenForm(),
        "tokens": request.user.tokens.order_by("revoked_at", "-created_at", "-pk"),
        "now": timezone.now(),
        **context,
    }
    return render(request, "accounts/account.html", page, status=status)
