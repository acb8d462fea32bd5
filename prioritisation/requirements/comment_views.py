from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from prioritisation.requirements.forms import CommentForm
from prioritisation.requirements.views import page, requirement_of
from products.access import may, product_view
from products.following import follow_by_taking_part
from products.mentions import members_called
from products.models import Comment


@product_view(POST="comment")
def comment_new(request, product, number):
    found = requirement_of(product, number)
    by = request.user
    unsaved = Comment(product=product, requirement=found, author=by, updated_by=by)
    form = CommentForm(request.POST, instance=unsaved)
    if not form.is_valid():
        return page(request, found, comment_form=form, status=form.status)
    form.save()
    follow_by_taking_part(user=by, product=product, requirement_ids=[found.pk])
    return _back(product, number)


@product_view(GET="comment")
def mentionable(request, product):
    """Members whose names begin with `q`, for static/mentions.js."""
    people = members_called(product.pk, request.GET.get("q", ""))
    told = [{"name": user.username, "called": str(user)} for user in people]
    return JsonResponse({"people": told}, headers={"Cache-Control": "no-store"})


@product_view(POST="comment")
def comment_edit(request, product, number, pk):
    """One's own; its earlier wordings stay in its history."""
    found = requirement_of(product, number)
    comment = get_object_or_404(found.comments, pk=pk)
    if comment.author != request.user:
        raise PermissionDenied("A comment is edited by who wrote it.")
    form = CommentForm(request.POST, instance=comment)
    if form.is_valid() and form.save_current(by=request.user):
        return _back(product, number)
    return page(request, found, edited_form=form, status=form.status)


@product_view(POST="comment")
def comment_delete(request, product, number, pk):
    """One's own; another's is for maintainers."""
    comment = get_object_or_404(requirement_of(product, number).comments, pk=pk)
    if comment.author != request.user and not may(product, "delete_others_comments"):
        raise PermissionDenied("Only maintainers delete what others said.")
    comment.delete()
    return _back(product, number)


def _back(product, number):
    return redirect(reverse("requirement", args=[product.key, number]) + "#comments")
