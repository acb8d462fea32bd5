from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from products.access import may, product_view
from products.forms import InvitationForm, RoleForm
from products.invitations import (
    MAX_OPEN_INVITATIONS,
    TooManyInvitations,
    invite,
    mail_invitation,
)
from products.members import AlreadyMember, LastOwner, remove_member, set_role
from products.versions import StaleVersion

LAST_OWNER = "A product keeps an owner. Make somebody else an owner first."


@product_view(GET="read", POST="manage_members")
def members(request, product):
    if request.method == "GET":
        return _page(request, product)
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            made, text = invite(product=product, by=request.user, **form.cleaned_data)
        except AlreadyMember:
            form.add_error("email", "This person is a member already.")
        except TooManyInvitations:
            form.add_error(None, f"{MAX_OPEN_INVITATIONS} are open. Revoke some first.")
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[text]))
            mailed = mail_invitation(made, link=link)
            # Drawn at once instead of after a redirect: the link would have to wait somewhere.
            return _page(request, product, invited=made, link=link, mailed=mailed)
    return _page(request, product, form=form, status=422)


@product_view(POST="manage_members")
def member_role(request, product, pk):
    membership = get_object_or_404(product.memberships, pk=pk)
    form = RoleForm(request.POST, instance=membership)
    if not form.is_valid():
        return _page(request, product, wrong=(pk, "Choose one of the four roles."), status=422)
    try:
        set_role(membership=membership, version=form.cleaned_data["version"], by=request.user)
    except LastOwner:
        return _page(request, product, wrong=(pk, LAST_OWNER), status=422)
    except StaleVersion as stale:
        role = stale.current.get_role_display()
        message = f"Somebody has made this person {role} meanwhile. Choose again."
        return _page(request, product, wrong=(pk, message), status=409)
    messages.success(request, f"{membership.user} is {membership.get_role_display()} now.")
    return redirect("members", product.key)


@product_view(POST="manage_members")
def member_remove(request, product, pk):
    membership = get_object_or_404(product.memberships, pk=pk)
    try:
        remove_member(membership)
    except LastOwner:
        return _page(request, product, wrong=(pk, LAST_OWNER), status=422)
    messages.success(request, f"{membership.user} sees nothing of {product.name} any more.")
    if membership.user == request.user:
        return redirect("products")
    return redirect("members", product.key)


@product_view(POST="read")
def member_leave(request, product):
    membership = get_object_or_404(product.memberships, user=request.user)
    pk = membership.pk
    try:
        remove_member(membership)
    except LastOwner:
        return _page(request, product, wrong=(pk, LAST_OWNER), status=422)
    messages.success(request, f"You have left {product.name}.")
    return redirect("products")


def _page(request, product, *, form=None, wrong=(None, ""), status=200, **context):
    rows = [
        (membership, RoleForm(instance=membership), wrong[1] if membership.pk == wrong[0] else "")
        for membership in product.memberships.select_related("user")
    ]
    may_manage = may(product, "manage_members")
    page = {
        "product": product,
        "rows": rows,
        "form": form or InvitationForm(),
        "may_manage": may_manage,
        "invitations": product.invitations.open().select_related("created_by")
        if may_manage
        else [],
        **context,
    }
    return render(request, "products/members.html", page, status=status)
