from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date

from personas.forms import ReadingForm
from personas.services import NotYours
from prioritisation.overview.personas import read_gallery
from products.access import may, product_view


@product_view("read", whole=True)
def personas(request, product):
    return _page(request, product)


@product_view(POST="record_reading")
def reading_new(request, product, pk):
    """Record a reading in place; a bad one comes back in the open card."""
    persona = get_object_or_404(product.personas, pk=pk)
    form = ReadingForm(request.POST, persona=persona, reading=_of_the_day(persona, request.POST))
    if form.is_valid():
        try:
            only_own = not may(product, "edit_others_readings")
            if form.save_reading(by=request.user, only_own=only_own):
                return _recorded(request, product, persona)
        except NotYours as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
    return _page(request, product, form=form, of=pk, status=form.status)


def _of_the_day(persona, posted):
    """The persona's reading of the day that the form is about, or None."""
    try:
        day = parse_date(posted.get("observed_on", ""))
    except ValueError:
        return None
    return persona.readings.filter(observed_on=day).first() if day else None


def _recorded(request, product, persona):
    if request.htmx:
        return _page(request, product, recorded=persona.pk)
    messages.success(request, f"The reading of {persona.name} is recorded.")
    return redirect("personas", product.key)


def _page(request, product, *, form=None, of=None, recorded=None, status=200):
    """The page or, for htmx, the card of the persona whose reading was posted."""
    gallery = read_gallery(product)
    for one in gallery.portraits:
        persona = one.persona
        # Begins with the latest figures: mostly one of them has changed.
        fresh = ReadingForm(persona=persona, reading=persona.reading)
        persona.form = form if persona.pk == of else fresh
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
    return render(request, f"overview/{template}.html", page, status=status)
