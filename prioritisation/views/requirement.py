from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from prioritisation.dossier import harms_of, read_dossier, read_requirement
from prioritisation.grid import basis_from
from prioritisation.markdown import html_of
from prioritisation.models import Rating
from prioritisation.requirement_form import CommentForm, DecisionForm, RatingForm
from prioritisation.services import withdraw_rating
from prioritisation.views.rate import ANCHORS, remember_basis
from products.access import may, product_view


@product_view("read")
def requirement(request, product, number):
    found = requirement_of(product, number)
    return page(request, found)


@product_view(POST="rate")
def requirement_rate(request, product, number):
    """Record, change or withdraw the user's own rating for one persona."""
    found = requirement_of(product, number)
    persona = persona_of(product, request.POST.get("persona", ""))
    if persona is None:
        raise Http404("No such persona.")
    mine = own_rating(request.user, found, persona)
    form = RatingForm(request.POST, instance=mine)
    if form.is_valid() and form.save_rating(by=request.user):
        remember_basis(request)
        messages.success(request, f"Saved for {persona.name}. The score follows in a moment.")
        return redirect("requirement", product.key, number)
    return page(request, found, rating_form=form, persona=persona, status=form.status)


@product_view(POST="rate")
def rating_withdraw(request, product, number, pk):
    """One's own; another's is for maintainers."""
    found = requirement_of(product, number)
    rating = get_object_or_404(found.ratings, pk=pk)
    if rating.rater_id != request.user.pk and not may(product, "edit_others_ratings"):
        raise PermissionDenied("Only maintainers withdraw what others said.")
    withdraw_rating(rating)
    messages.success(request, "The rating is withdrawn.")
    return redirect("requirement", product.key, number)


@product_view(POST="comment")
def comment_new(request, product, number):
    found = requirement_of(product, number)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return page(request, found, comment_form=form, status=422)
    comment = form.save(commit=False)
    comment.product, comment.requirement = product, found
    comment.author = comment.updated_by = request.user
    comment.save()
    return redirect(f"{request.path.removesuffix('comment/')}#comments")


@product_view(POST="edit_own_requirement")
def requirement_decide(request, product, number):
    """Its status and why."""
    found = editable(request, product, number)
    harms = harms_of(*read_requirement(product, found))
    form = DecisionForm(request.POST, instance=found, harms=harms)
    if form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved.")
        return redirect("requirement", product.key, number)
    fresh = requirement_of(product, number)
    return page(request, fresh, decision_form=form, status=form.status)


def requirement_of(product, number):
    found = get_object_or_404(product.requirements.select_related("created_by"), number=number)
    found.product = product  # which knows the caller's role
    return found


def editable(request, product, number):
    """The requirement, if it is the user's own or they may edit any."""
    found = requirement_of(product, number)
    if not may_edit(request.user, found):
        raise PermissionDenied("Only maintainers change what others wrote.")
    return found


def may_edit(user, requirement):
    own = may(requirement.product, "edit_own_requirement") and requirement.created_by == user
    return own or may(requirement.product, "edit_any_requirement")


def persona_of(product, text):
    known = text.isascii() and text.isdigit() and len(text) < 19
    return product.personas.filter(pk=text).first() if known else None


def own_rating(user, requirement, persona):
    """The user's rating, locked if they are about to change it, or an unsaved one."""
    mine = Rating.objects.filter(rater=user, requirement=requirement, persona=persona).first()
    if mine is None:
        mine = Rating(product=requirement.product, requirement=requirement, persona=persona)
    return mine


def page(
    request, found, *, rating_form=None, persona=None, decision_form=None, comment_form=None,
    status=200,
):  # fmt: skip
    product, user = found.product, request.user
    dossier = read_dossier(product, found)
    mine = {
        one.rating.persona_id: one.rating
        for one in dossier.ratings
        if one.rating.rater_id == user.pk
    }
    persona = persona or _asked(request.GET.get("persona", ""), dossier, mine)
    if rating_form is None and persona is not None:
        unsaved = Rating(product=product, requirement=found, persona=persona)
        basis = basis_from(request.session.get("basis", ""))
        rating_form = RatingForm(instance=mine.get(persona.pk, unsaved), basis=basis)
    context = {
        "product": product,
        "requirement": found,
        "dossier": dossier,
        "description": html_of(found.description) if found.description else "",
        "persona": persona,
        "rating_form": rating_form,
        "mine": mine.get(persona.pk) if persona else None,
        "anchors": ANCHORS,
        "decision_form": decision_form or DecisionForm(instance=found),
        "comment_form": comment_form or CommentForm(),
        "may_edit": may_edit(user, found),
        "may_rate": may(product, "rate"),
        "may_edit_others": may(product, "edit_others_ratings"),
    }
    return render(request, "prioritisation/requirement.html", context, status=status)


def _asked(text, dossier, mine):
    """The persona that the address names, else the first without an answer of any."""
    rated = {one.rating.persona_id for one in dossier.ratings}
    named = [one for one in dossier.personas if str(one.pk) == text]
    missing = [one for one in dossier.personas if one.pk not in rated]
    unsaid = [one for one in dossier.personas if one.pk not in mine]
    return next(iter(named or missing or unsaid or dossier.personas), None)
