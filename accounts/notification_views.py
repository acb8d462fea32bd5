from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import public, signed_in
from accounts.models import Kind, User
from accounts.notifications import (
    choices_of,
    choose,
    read_unsubscribe_token,
    shown_to,
    stop_mail,
    told_to,
    unread,
)

MAX_SHOWN = 100


@signed_in
@require_GET
def notifications(request):
    rows = shown_to(request.user).select_related("product")[:MAX_SHOWN]
    page = {"rows": rows, "unread": unread(request.user).count()}
    return render(request, "accounts/notifications.html", page)


@signed_in
@require_GET
def notification_count(request):
    """The bell, as it is to be drawn now."""
    return render(request, "accounts/_bell.html", {"unread": unread(request.user).count()})


@signed_in
@require_GET
def notification_open(request, pk):
    """To what it tells of; it is read then."""
    row = get_object_or_404(told_to(request.user), pk=pk)
    unread(request.user).filter(pk=pk).update(read_at=timezone.now())
    if not url_has_allowed_host_and_scheme(row.path, allowed_hosts=None):
        raise Http404("This leads nowhere.")
    return redirect(row.path)


@signed_in
@require_POST
def notifications_read(request):
    unread(request.user).update(read_at=timezone.now())
    return redirect("notifications")


@signed_in
@require_http_methods(["GET", "POST"])
def notification_choices(request):
    if request.method == "POST":
        for kind in Kind:
            choose(
                request.user,
                kind,
                on_page=f"{kind}-page" in request.POST,
                by_mail=f"{kind}-mail" in request.POST,
            )
        messages.success(request, "Saved.")
        return redirect("notification_choices")
    page = {"choices": [(kind, *ways) for kind, ways in choices_of(request.user).items()]}
    return render(request, "accounts/notification_choices.html", page)


@csrf_exempt  # a mail program's one click has no cookie; the signed token says whose mail it is
@public
@require_http_methods(["GET", "POST"])
def mail_stop(request, token):
    """No more mail of one kind. Opening the page changes nothing; mail scanners open links."""
    try:
        user, kind = read_unsubscribe_token(token)
    except (BadSignature, User.DoesNotExist):
        raise Http404("This link isn't known.") from None
    if request.method == "POST":
        stop_mail(user, kind)
    page = {"kind": kind, "stopped": request.method == "POST"}
    return render(request, "accounts/stop_mail.html", page)
