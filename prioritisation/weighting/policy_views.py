from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import trigger_client_event

from prioritisation.ranking.moves import moves_of
from prioritisation.ranking.page import first_lines
from prioritisation.ranking.preview import read_ground
from prioritisation.weighting.forms import WeightsForm
from prioritisation.weighting.history import read_weighings
from prioritisation.weighting.views import asked, ranking_under, told, wrong
from products.access import may, product_view

#: how many of the order are drawn beside the form
FIRST = 15


@product_view(GET="read", POST="edit_policy", whole=True)
def policy(request, product):
    ground = read_ground(product)
    form = WeightsForm(request.POST or None, instance=ground.policy, people=ground.people)
    form.initial |= _offered(request)
    if request.method == "POST" and form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved. The ranking follows in a moment.")
        return redirect("policy", product.key)
    page = {
        "product": product,
        "may_edit": may(product, "edit_policy"),
        "versions": read_weighings(product),
        **_beside(product, ground, form),
    }
    return render(request, "weighting/policy.html", page, status=form.status)


def _offered(request):
    """What a link offers to try (Shipped does): a responsiveness that fits better."""
    try:
        value = float(request.GET.get("responsiveness", ""))
    except ValueError:
        return {}
    return {"responsiveness": value} if 0 <= value <= 1 else {}


@product_view("read", whole=True)
def policy_preview(request, product):
    """The order under what stands in the form, and what is said of it; writes nothing."""
    ground, form = asked(request, product)
    if not form.can_preview:
        return wrong(request, form)
    context = _beside(product, ground, form) | {"oob": True}
    response = render(request, "weighting/_would_be.html", context)
    return trigger_client_event(response, "shares", form.shares)


def _beside(product, ground, form):
    """What stands beside the form: the order under what is typed, where that can be."""
    ranking = ranking_under(product, ground, form)
    moved = form.is_bound and form.can_preview and form.moved
    return {
        "form": form,
        "lines": first_lines(ranking, now=timezone.now(), limit=FIRST, preview=moved),
        "moves": moves_of(ranking.rows) if moved else None,
        **told(ground.people, form.weights),
    }
