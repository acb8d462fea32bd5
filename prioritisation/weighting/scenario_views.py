"""Named what-ifs: kept, compared side by side, applied."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import trigger_client_event

from prioritisation.live_updates.following import follow
from prioritisation.models import Scenario
from prioritisation.ranking.moves import moves_of
from prioritisation.ranking.page import first_lines
from prioritisation.ranking.preview import ground_of, preview_ranking, read_ground
from prioritisation.weighting.forms import WeightsForm
from prioritisation.weighting.scenario_comparison import compare
from prioritisation.weighting.scenario_form import ScenarioForm
from prioritisation.weighting.services import NeedsReason, apply_scenario
from prioritisation.weighting.views import told, wrong
from products.access import may, product_view
from products.versions import StaleVersion

#: of the order beside the form, and of the table
FIRST, ROWS = 15, 200


@product_view("read", whole=True)
def scenarios(request, product):
    """All scenarios; those of `?show=` (else the first ones) beside the order now."""
    return follow(
        request, product, "weighting", partial(_side_by_side, request, product), page="scenarios"
    )


def _side_by_side(request, product):
    comparison = compare(product)
    asked = {int(one) for one in request.GET.getlist("show") if one.isdecimal() and len(one) < 19}
    chosen = comparison.chosen(asked)
    return {
        "scenarios": comparison.all,
        "chosen": chosen,
        "chart": comparison.chart(chosen),
        "rows": comparison.table(chosen, ROWS),
        "may_add": may(product, "edit_own_scenario"),
        "may_apply": may(product, "edit_policy"),
        "editable": {one.scenario.pk for one in comparison.all if _may_edit(request, one.scenario)},
    }


@product_view(GET="edit_own_scenario", POST="edit_own_scenario", whole=True)
def scenario_new(request, product):
    """From the weights as they are; with `keep`, from those that were being previewed."""
    ground, keep = read_ground(product), "keep" in request.POST
    scenario, supposed = Scenario(product=product), ground.people.stored
    if keep:
        previewed = WeightsForm(
            request.POST, instance=ground.policy, people=ground.people, saving=False
        )
        if previewed.can_preview:
            supposed = previewed.weights
        else:
            told = " ".join(f"{label}: {message}" for label, message in previewed.complaints)
            messages.error(request, f"These weights can’t be kept, so here are today’s. {told}")
    data = request.POST if request.method == "POST" and not keep else None
    form = ScenarioForm(data, instance=scenario, people=ground.people, supposed=supposed)
    return _edited(request, product, ground, form)


@product_view(GET="edit_own_scenario", POST="edit_own_scenario", whole=True)
def scenario_edit(request, product, pk):
    scenario, ground = _editable(request, product, pk), read_ground(product)
    form = ScenarioForm(request.POST or None, instance=scenario, people=ground.people)
    return _edited(request, product, ground, form)


def _edited(request, product, ground, form):
    if request.method == "POST" and form.is_bound and form.is_valid():
        kept = form.save_current(by=request.user)
        if kept:
            messages.success(request, f"“{kept.name}” is kept. The scores don’t follow it.")
            return redirect("scenarios", product.key)
    page = {"product": product, **_beside(product, ground, form)}
    return render(request, "weighting/scenario.html", page, status=form.status)


@product_view("read", whole=True)
def scenario_preview(request, product, pk=None):
    """The order under what stands in the form, and what is said of it; writes nothing."""
    ground = ground_of(product)
    scenario = _found(product, pk) if pk else Scenario(product=product)
    supposed = None if pk else ground.people.stored
    form = ScenarioForm(
        request.GET, instance=scenario, people=ground.people, supposed=supposed, saving=False
    )
    if not form.can_preview:
        return wrong(request, form)
    context = _beside(product, ground, form) | {"oob": True}
    response = render(request, "weighting/_would_be.html", context)
    return trigger_client_event(response, "shares", form.shares)


def _beside(product, ground, form):
    """What stands beside the form: the order under what it asks for, where that can be."""
    weights = form.weights if form.is_bound else form.shown
    ranking = preview_ranking(product, ground, weights or ground.people.stored)
    moved = weights is not None and weights != ground.people.stored
    return {
        "form": form,
        "lines": first_lines(ranking, now=timezone.now(), limit=FIRST, preview=moved),
        "moves": moves_of(ranking.rows) if moved else None,
        **told(ground.people, weights),
    }


@product_view(POST="edit_policy")
def scenario_apply(request, product, pk):
    scenario = _found(product, pk)
    version = request.POST.get("version", "")
    try:
        seen = int(version) if version.isdecimal() and len(version) < 10 else 0
        apply_scenario(scenario, version=seen, by=request.user)
    except Scenario.DoesNotExist:
        raise Http404("Somebody has just deleted it.") from None
    except StaleVersion:
        messages.error(
            request, "Somebody has just changed that. Nothing is applied: look again first."
        )
    except NeedsReason:
        messages.error(
            request,
            f"“{scenario.name}” gives the end users less than two thirds. Say why in its note,"
            " then apply it.",
        )
    else:
        messages.success(
            request, f"“{scenario.name}” is how it is weighed now. The order follows in a moment."
        )
        return redirect("ranking", product.key)
    return redirect("scenarios", product.key)


@product_view(GET="edit_own_scenario", POST="edit_own_scenario")
def scenario_delete(request, product, pk):
    scenario = _editable(request, product, pk)
    if request.method == "POST":
        scenario.delete()
        messages.success(request, f"“{scenario.name}” is deleted.")
        return redirect("scenarios", product.key)
    page = {"product": product, "scenario": scenario}
    return render(request, "weighting/scenario_delete.html", page)


def _found(product, pk):
    scenario = Scenario.objects.filter(product=product, pk=pk).first() if pk < 2**63 else None
    if scenario is None:
        raise Http404("No such scenario.")
    scenario.product = product
    return scenario


def _editable(request, product, pk):
    scenario = _found(product, pk)
    if not _may_edit(request, scenario):
        raise PermissionDenied("Somebody else keeps this scenario; a maintainer may change it.")
    return scenario


def _may_edit(request, scenario):
    product = scenario.product
    if may(product, "edit_any_scenario"):
        return True
    return may(product, "edit_own_scenario") and scenario.created_by_id == request.user.pk
