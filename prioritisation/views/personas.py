from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from personas.forms import ReadingForm
from personas.services import FIGURES, record_reading
from prioritisation.portraits import read_gallery
from products.access import may, product_view


@product_view("read")
def personas(request, product):
    return _page(request, product)


@product_view(POST="record_reading")
def reading_new(request, product, pk):
    """Record a reading in place; a bad one comes back in the open card."""
    persona = get_object_or_404(product.personas, pk=pk)
    form = _form(persona, request.POST)
    if form.is_valid():
        try:
            record_reading(persona=persona, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _recorded(request, product, persona)
    return _page(request, product, form=form, of=pk, status=422)


def _recorded(request, product, persona):
    if request.htmx:
        return _page(request, product, recorded=persona.pk)
    messages.success(request, f"The reading of {persona.name} is recorded.")
    return redirect("personas", product.key)


def _form(persona, data=None, reading=None):
    """Begins with the latest figures: mostly one of them has changed."""
    initial = {"observed_on": timezone.localdate()}
    if reading:
        names = (*FIGURES, "note", "source")
        initial |= {name: getattr(reading, name) for name in names}
    form = ReadingForm(data, initial=initial, prefix=None)
    form.auto_id = f"id_{persona.pk}_%s"
    return form


def _page(request, product, *, form=None, of=None, recorded=None, status=200):
    """The page or, for htmx, the card of the persona whose reading was posted."""
    gallery = read_gallery(product)
    for one in gallery.portraits:
        persona = one.persona
        persona.form = form if persona.pk == of else _form(persona, reading=persona.reading)
    page = {
        "product": product,
        "gallery": gallery,
        "opened": of,
        "recorded": recorded,
        "mine": next((p for p in gallery.portraits if p.persona.pk == (of or recorded)), None),
        "may_edit": may(product, "edit_personas"),
        "may_record": may(product, "record_reading"),
    }
    template = "_recorded" if request.htmx and page["mine"] else "personas"
    return render(request, f"prioritisation/{template}.html", page, status=status)
