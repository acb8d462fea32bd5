from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public, signed_in
from accounts.sign_up import can_sign_up_by_invitation, let_sign_up
from products.access import product_view
from products.invitations import (
    ForSomebodyElse,
    InvitationClosed,
    accept_invitation,
    accept_own_invitation,
    find_invitation,
    find_own_invitation,
    invited_account,
    is_for,
    revoke_invitation,
    why_closed,
)


@public
@require_http_methods(["GET"])
def invitation(request, text):
    """What the link is for. Looking changes nothing: mail scanners and previews look, too."""
    found = find_invitation(text)
    if found is None:
        raise Http404("This invitation isn't known.")
    if request.user.is_authenticated and found.product.memberships.filter(user=request.user):
        return redirect("ranking", found.product.key)
    closed = why_closed(found)
    page = {
        "invitation": found,
        "accept": reverse("invitation_accept", args=[text]),
        "text": text,
        "closed": closed,
        "for_somebody_else": request.user.is_authenticated and not is_for(found, request.user),
        "may_sign_up": can_sign_up_by_invitation(),
    }
    return render(request, "products/invitation.html", page, status=410 if closed else 200)


@signed_in
@require_POST
def invitation_accept(request, text):
    try:
        member = accept_invitation(text, user=request.user)
    except (InvitationClosed, ForSomebodyElse):
        return redirect("invitation", text)  # which says why
    return _come_in(request, member)


def _come_in(request, member):
    messages.success(request, f"You are {member.get_role_display()} of {member.product} now.")
    return redirect("ranking", member.product.key)


@signed_in
@require_http_methods(["GET", "POST"])
def invitation_mine(request, pk):
    """What a notification leads to: without the link, for the account that it is bound to."""
    found = find_own_invitation(pk, user=request.user)
    if found is None:
        raise Http404("This invitation isn't known.")
    if found.product.memberships.filter(user=request.user).exists():
        return redirect("ranking", found.product.key)
    confirmed = invited_account(found) == request.user
    closed = why_closed(found)
    if request.method == "POST" and confirmed and not closed:
        return _come_in(request, accept_own_invitation(pk, user=request.user))
    page = {
        "invitation": found,
        "accept": request.path if confirmed else "",
        "closed": closed,
    }
    status = 410 if closed else 403 if request.method == "POST" else 200
    return render(request, "products/invitation.html", page, status=status)


@public
@require_POST
def invitation_sign_up(request, text):
    """To the form of a new account, which this browser may use for an hour, and back."""
    found = find_invitation(text)
    if found is not None and not why_closed(found):
        let_sign_up(request, email=found.email)
    back = reverse("invitation", args=[text])
    return redirect(f"{reverse('account_signup')}?next={back}")


@product_view(POST="manage_members")
def invitation_revoke(request, product, pk):
    revoke_invitation(get_object_or_404(product.invitations, pk=pk), by=request.user)
    messages.success(request, "The invitation is revoked.")
    return redirect("members", product.key)
