from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from prioritisation.ranking.filters import BY_EFFORT
from prioritisation.requirements.forms import EstimateForm, RequirementForm
from prioritisation.requirements.views import editable, requirement_of
from products.access import may, product_view
from products.forms import CLASH
from products.models import Requirement
from products.services import add_requirements, delete_requirement


@product_view(GET="add_requirement", POST="add_requirement")
def requirement_new(request, product):
    form = _form(request, Requirement(product=product))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                (made,) = add_requirements(
                    product=product, by=request.user, requirements=[form.instance]
                )
        except IntegrityError:  # somebody took the external id between our check and our write
            form.add_error("external_id", CLASH)
        else:
            messages.success(request, f"{made.key} is added.")
            return redirect("requirement", product.key, made.number)
    page = {"product": product, "form": form}
    return render(request, "requirements/form.html", page, status=form.status)


@product_view(GET="edit_own_requirement", POST="edit_own_requirement")
def requirement_edit(request, product, number):
    found = editable(request, product, number)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved.")
        return redirect("requirement", product.key, number)
    page = {"product": product, "requirement": requirement_of(product, number), "form": form}
    return render(request, "requirements/form.html", page, status=form.status)


@product_view(GET="edit_own_requirement", POST="edit_own_requirement")
def requirement_delete(request, product, number):
    found = editable(request, product, number)
    if request.method == "POST":
        delete_requirement(found)
        messages.success(request, f"{found.title} is deleted.")
        return redirect("ranking", product.key)
    page = {"product": product, "requirement": found, "ratings": found.ratings.count()}
    return render(request, "requirements/delete.html", page)


@product_view(POST="edit_any_requirement")
def requirement_estimate(request, product):
    """An effort typed in its row of the ranking."""
    number = request.POST.get("number", "")
    found = requirement_of(product, int(number) if number.isdecimal() and len(number) < 10 else 0)
    form = EstimateForm(request.POST, instance=found)
    if form.is_valid() and form.save_current(by=request.user):
        return redirect(f"{reverse('ranking', args=[product.key])}?order={BY_EFFORT}")
    page = {"product": product, "requirement": requirement_of(product, found.number), "form": form}
    return render(request, "requirements/form.html", page, status=form.status)


def _form(request, instance):
    return RequirementForm(
        request.POST or None,
        instance=instance,
        may_set_must_do=may(instance.product, "set_must_do"),
    )
