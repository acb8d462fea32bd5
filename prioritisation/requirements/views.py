from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import push_url

from prioritisation.comparison.pairwise import read_place
from prioritisation.live_updates.following import unchanged
from prioritisation.models import Rating
from prioritisation.presentation.markdown import html_of
from prioritisation.ratings.saving import basis_from
from prioritisation.ratings.services import withdraw_rating
from prioritisation.ratings.views import ANCHORS, remember_basis
from prioritisation.requirements.comments import read_talk
from prioritisation.requirements.detail import MOST_MOVES, MOVES_SHOWN, read_dossier
from prioritisation.requirements.forms import CommentForm, DecisionForm, RatingForm
from prioritisation.robustness.badges import is_told, kept_told, read_told
from prioritisation.selectors.rankings import placed, standing_of
from products.access import may, product_view
from products.following import is_following, set_following
from products.models import Comment


@product_view("read")
def requirement(request, product, number):
    """The requirement as a page or, asked for by the ranking's drawer, what goes into that."""
    return page(request, requirement_of(product, number))


@product_view("read")
def requirement_why(request, product, number):
    """What follows from the scores, for the page that polls; 204 while it is what the page has."""
    if same := unchanged(request, standing_of(product.pk).validator):
        return same
    context = _context(request, requirement_of(product, number))
    return render(request, "requirements/_why.html", context | {"fragment": True})


@product_view("read", whole=True)
def requirement_sure(request, product, number):
    """How sure a requirement is of its place: the part of its page that takes a moment."""
    found = requirement_of(product, number)
    _score, rank = placed(product.pk, [found.pk]).get(found.pk, (None, None))
    told = read_told(product.pk, found.pk, rank) if is_told(rank) else None
    context = {"product": product, "requirement": found, "sure": told, "fetched": True}
    return render(request, "requirements/_place_sure.html", context)


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


@product_view(POST="edit_own_requirement")
def requirement_decide(request, product, number):
    """Its status and why."""
    found = editable(request, product, number)
    form = DecisionForm(request.POST, instance=found)
    if form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved.")
        return redirect("requirement", product.key, number)
    fresh = requirement_of(product, number)
    return page(request, fresh, decision_form=form, status=form.status)


@product_view(POST="read")
def requirement_follow(request, product, number):
    """Be told of what happens to it, or no more."""
    follows = request.POST.get("follows") == "yes"
    set_following(user=request.user, requirement=requirement_of(product, number), follows=follows)
    return redirect("requirement", product.key, number)


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


def page(request, found, *, status=200, **forms):
    """The requirement's page, or its drawer; `forms` are those with something to tell."""
    in_drawer = request.htmx.target == "drawer"
    context = _context(request, found, **forms) | {"drawer": in_drawer}
    template = "requirements/_drawer.html" if in_drawer else "requirements/page.html"
    response = render(request, template, context, status=status)
    if in_drawer:
        push_url(response, False)  # the address is that of what the drawer shows, whatever it sent
    # Else going back to the page could bring the drawer's part of it out of the browser's cache.
    patch_vary_headers(response, ["HX-Target"])
    return response


def _context(
    request, found, *, rating_form=None, persona=None, decision_form=None, comment_form=None,
    edited_form=None,
):  # fmt: skip
    product, user = found.product, request.user
    moves = _moves_asked(request.GET.get("moves", ""))
    dossier = read_dossier(product, found, moves=moves)
    mine = {
        one.rating.persona_id: one.rating
        for one in dossier.ratings
        if one.rating.rater_id == user.pk
    }
    named = persona or _named(request.GET.get("persona", ""), dossier)
    persona = named or _unanswered(dossier, mine)
    if rating_form is None and persona is not None:
        unsaved = Rating(product=product, requirement=found, persona=persona)
        basis = basis_from(request.session.get("basis", ""))
        rating_form = RatingForm(instance=mine.get(persona.pk, unsaved), basis=basis)
    talk = read_talk(found, user)
    edited_form = edited_form or _edited(request.GET.get("comment", ""), talk)
    return {
        "product": product,
        "requirement": found,
        "here": reverse("requirement", args=[product.key, found.number]),
        "dossier": dossier,
        "moves": moves if moves != MOVES_SHOWN else None,
        "place": read_place(product, found.pk),
        "may_be_sure": is_told(dossier.row.rank),
        "sure": kept_told(product.pk, found.pk, dossier.row.rank, dossier.standing),
        "follows": is_following(user, found),
        "description": html_of(found.description) if found.description else "",
        "persona": persona,
        "asked": bool(named) and may(product, "rate"),
        "rating_form": rating_form,
        "mine": mine.get(persona.pk) if persona else None,
        "anchors": ANCHORS,
        "decision_form": decision_form or DecisionForm(instance=found),
        "talk": talk,
        "comment_form": comment_form or CommentForm(instance=Comment()),
        "edited_form": edited_form,
        "edited": edited_form and edited_form.instance.pk,
        "may_edit": may_edit(user, found),
        "may_rate": may(product, "rate"),
        "may_comment": may(product, "comment"),
        "may_edit_others": may(product, "edit_others_ratings"),
    }


def _moves_asked(text):
    known = text.isascii() and text.isdigit() and len(text) < 4
    return min(max(int(text), MOVES_SHOWN), MOST_MOVES) if known else MOVES_SHOWN


def _named(text, dossier):
    """The persona that the address names, or None."""
    return next((one for one in dossier.personas if str(one.pk) == text), None)


def _unanswered(dossier, mine):
    """The first persona without an answer of any."""
    rated = {one.rating.persona_id for one in dossier.ratings}
    missing = [one for one in dossier.personas if one.pk not in rated]
    unsaid = [one for one in dossier.personas if one.pk not in mine]
    return next(iter(missing or unsaid or dossier.personas), None)


def _edited(text, talk):
    """A form over the user's comment that the address names, or None."""
    found = [one.comment for one in talk if one.may_edit and str(one.comment.pk) == text]
    return CommentForm(instance=found[0]) if found else None
