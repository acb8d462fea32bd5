from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render

from personas.forms import PersonaForm
from personas.models import Persona
from personas.services import add_persona, delete_persona
from products.access import product_view
from products.forms import CLASH


@product_view(GET="edit_personas", POST="edit_personas")
def persona_new(request, product):
    form = PersonaForm(request.POST or None, instance=Persona(product=product))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                persona = add_persona(product=product, by=request.user, **form.cleaned_data)
        except IntegrityError:  # somebody took the name between our check and our write
            form.add_error("name", CLASH)
        else:
            messages.success(request, f"{persona.name} is added.")
            return redirect("personas", product.key)
    page = {"product": product, "form": form}
    return render(request, "personas/form.html", page, status=form.status)


@product_view(GET="edit_personas", POST="edit_personas")
def persona_edit(request, product, pk):
    persona = _persona(product, pk)
    form = PersonaForm(request.POST or None, instance=persona)
    if request.method == "POST" and form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved.")
        return redirect("personas", product.key)
    page = {"product": product, "persona": _persona(product, pk), "form": form}
    return render(request, "personas/form.html", page, status=form.status)


@product_view(GET="edit_personas", POST="edit_personas")
def persona_delete(request, product, pk):
    persona = _persona(product, pk)
    if request.method == "POST":
        delete_persona(persona)
        messages.success(request, f"{persona.name} is deleted.")
        return redirect("personas", product.key)
    page = {"product": product, "persona": persona, "ratings": persona.ratings.count()}
    return render(request, "personas/delete.html", page)


@product_view(POST="edit_personas")
def persona_count(request, product, pk):
    """Count an end user who was described, but not counted yet."""
    persona = _persona(product, pk)
    # Asked as it is written: of two at once the later would undo an importance just given.
    uncounted = product.personas.filter(pk=pk, importance=0)
    uncounted.update(importance=1, updated_by=request.user)
    messages.success(request, f"{persona.name} counts now.")
    return redirect("personas", product.key)


def _persona(product, pk):
    # With the product already known, for the form's own checks.
    persona = get_object_or_404(product.personas, pk=pk)
    persona.product = product
    return persona
