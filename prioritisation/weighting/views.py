"""Who counts: the panel beside the ranking, and what the ranking would be under its weights."""

from copy import copy

from django.shortcuts import render
from django.utils import timezone

from prioritisation.live_updates.following import unchanged
from prioritisation.models import LEAST_SAY_WITHOUT_REASON
from prioritisation.ranking.filters import View
from prioritisation.ranking.page import LIMIT, present
from prioritisation.ranking.preview import ground_of, preview_ranking, read_ground
from prioritisation.ranking.views import drawing_asked, ranking_context, recent_of
from prioritisation.weighting.forms import WeightsForm
from prioritisation.weighting.sentences import people_in_words, sentences
from products.access import may, product_view

#: the least that a preview draws of a group
FEWEST_LINES = 15


@product_view(GET="read", POST="edit_policy", whole=True)
def who(request, product):
    """The panel; after a save as it is then, after an error with all that was typed."""
    ground = read_ground(product)
    form = WeightsForm(request.POST or None, instance=ground.policy, people=ground.people)
    saved = request.method == "POST" and form.is_valid() and form.save_current(by=request.user)
    if saved:
        ground = read_ground(product)
        form = WeightsForm(instance=ground.policy, people=ground.people)
    page = {
        "product": product,
        "form": form,
        "saved": bool(saved),
        "may_edit": may(product, "edit_policy"),
        "may_keep": may(product, "edit_own_scenario"),
        **told(ground.people),
    }
    return render(request, "weighting/_who_panel.html", page, status=form.status)


@product_view("read", whole=True)
def preview(request, product):
    """The ranking under the weights asked for, and what the panel says of them; writes nothing.

    `lines`: how many a group draws; `have`: the validator of what the page shows, for a poll.
    """
    ground, form = asked(request, product)
    if not form.can_preview:
        return wrong(request, form)
    validator = ground.standing.validator
    if same := unchanged(request, validator):
        return same
    view = View.of(request.GET)
    ranking = ranking_under(product, ground, form, view.order)
    now = timezone.now()
    recent = recent_of(product, ranking, view, now=now)
    limit = _lines(request.GET)
    drawing = drawing_asked(request, product, view) | {"limit": limit, "recent": recent}
    page = present(ranking, view, now=now, preview=form.moved, **drawing)
    context = ranking_context(product, page, validator) | {
        "fragment": True,
        "panel": True,
        "may_save": may(product, "edit_policy"),
        "form": form,
        "moves": page.preview,
        **told(ground.people, form.weights),
    }
    if "part" in request.GET:
        return render(request, "ranking/_part.html", context)
    response = render(request, "weighting/_preview.html", context)
    if "have" not in request.GET and request.htmx.trigger != "weights":  # a filter's
        response["HX-Replace-Url"] = f"?{view.query()}"
    return response


def asked(request, product):
    ground = ground_of(product)
    policy = copy(ground.policy)
    return ground, WeightsForm(request.GET, instance=policy, people=ground.people, saving=False)


def ranking_under(product, ground, form, order="score"):
    """The Ranking under what the form asks for; as it is now where that can't be told."""
    return preview_ranking(product, ground, form.weights or ground.people.stored, order=order)


def _lines(query):
    given = query.get("lines", "")
    return min(max(int(given), FEWEST_LINES), LIMIT) if given.isdecimal() else LIMIT


def wrong(request, form):
    """The messages in the place of the moves; the ranking stays as it is."""
    context = {"form": form, "oob": True}
    response = render(request, "weighting/_moved.html", context, status=422)
    response["HX-Reswap"] = "none"
    return response


def told(people, weights=None):
    """What is said of the weights: those stored, or those Supposed."""
    if weights:
        people = people.supposing(weights)
    payers = any(not persona.is_end_user for persona in people.counted)
    return {
        "sentences": sentences(people.policy, payers=payers),
        "mix": people.mix,
        "people_words": people_in_words(people),
        "needs_reason": people.policy.end_user_say < LEAST_SAY_WITHOUT_REASON,
    }
