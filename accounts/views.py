from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.forms import NewTokenForm


@signed_in
@require_GET
def account(request):
    return _page(request)


@signed_in
@require_POST
def end_session(request, pk):
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    session.end()
    messages.success(request, "The session is ended.")
    return redirect("usersessions_list")


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
    messages.success(request, f"“{token.name}” has been revoked.")
    return redirect("account")


def _page(request, *, status=200, **context):
    page = {
        "new_token": NewTokenForm(),
        "tokens": request.user.tokens.order_by("revoked_at", "-created_at", "-pk"),
        "now": timezone.now(),
        "has_second_factor": is_mfa_enabled(request.user),
        "sessions": len(UserSession.objects.purge_and_list(request.user)),
        **context,
    }
    return render(request, "accounts/account.html", page, status=status)
