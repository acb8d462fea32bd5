from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import asks_who_it_is, signed_in
from accounts.account_events import record
from accounts.forms import NewTokenForm
from accounts.models import AccountEvent
from accounts.person_data import person_data


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
def own_data(request):
    record(request.user, AccountEvent.Kind.DATA_TAKEN)
    return StreamingHttpResponse(
        person_data(request.user),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="userward-my-data.json"'},
    )


@signed_in
@asks_who_it_is
@require_http_methods(["GET", "POST"])
def new_token(request):
    form = NewTokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (made := form.issue(user=request.user, by=request.user)):
        # Drawn at once instead of after a redirect: the text would have to wait somewhere.
        return _page(request, issued=made[0], text=made[1])
    status = 422 if form.errors else 200
    return render(request, "accounts/new_token.html", {"form": form}, status=status)


@signed_in
@require_POST
def revoke_token(request, pk):
    token = get_object_or_404(request.user.tokens, pk=pk)
    request.user.tokens.filter(pk=pk).revoke()
    messages.success(request, f"“{token.name}” has been revoked.")
    return redirect("account")


def _page(request, **context):
    page = {
        "tokens": request.user.tokens.shown(),
        "now": timezone.now(),
        "has_second_factor": is_mfa_enabled(request.user),
        "sessions": len(UserSession.objects.purge_and_list(request.user)),
        **context,
    }
    return render(request, "accounts/account.html", page)
