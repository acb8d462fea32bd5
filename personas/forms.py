import re

from django import forms
from django.utils import timezone

from personas.models import MAX_PERSONAS_PER_PRODUCT, AdoptionReading, Kind, Persona
from personas.services import (
    FIGURES,
    NONE_SEEN,
    check_observed_on,
    impossible,
    record_reading,
)
from products.forms import VersionedForm
from products.versions import StaleVersion

QUESTION = (
    "Does this person use it to do their job? End user, even if they also pay. "
    "Only signs, pays, allows or sponsors? Procurer, advertiser or other."
)
MOST_PEOPLE = 1_000_000_000


def text(rows):
    return forms.Textarea(attrs={"rows": rows})


class PersonaForm(VersionedForm):
    limits = {"headcount": (1, MOST_PEOPLE)}

    class Meta:
        model = Persona
        fields = [
            "name",
            "kind",
            "headcount",
            "quote",
            "goals",
            "frustrations",
            "summary",
            "importance",
        ]
        labels = {
            "kind": "Who is it?",
            "goals": "Wants",
            "frustrations": "Struggles with",
            "summary": "About them",
            "importance": "Importance beside others of its group",
        }
        help_texts = {"kind": QUESTION, "importance": "1 is normal, 0 isn't counted, at most 1000."}
        widgets = {
            "kind": forms.RadioSelect,
            "quote": text(2),
            "goals": text(2),
            "frustrations": text(2),
            "summary": text(3),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Kind.choices
        if self.instance.pk is None:
            # Whether a new one counts is decided by what is rated already (services.add_persona).
            del self.fields["importance"]

    def clean_importance(self):
        value = self.cleaned_data["importance"]
        if value != 0 and not 1e-6 <= value <= 1000:
            raise forms.ValidationError("From 0 (not counted) to 1000.")
        return value

    def clean_name(self):
        """Told beside the field; the database's own check knows the product only when saving."""
        name = self.cleaned_data["name"]
        twins = self.instance.product.personas.filter(name=name).exclude(pk=self.instance.pk)
        if twins.exists():
            raise forms.ValidationError("There is already a persona with this name.")
        if self.instance.pk is None:
            _check_room(self.instance.product)
        return name


def _check_room(product):
    if product.personas.count() >= MAX_PERSONAS_PER_PRODUCT:
        message = f"A product has at most {MAX_PERSONAS_PER_PRODUCT} personas. Delete one first."
        raise forms.ValidationError(message)


class ReadingForm(VersionedForm):
    """A day's figures of an end user's segment; each error stands beside its figure.

    `reading` is the one that it begins with: the latest or, of a form that was posted, that of the
    day in it. `seen` says which one was shown: another one of that day is told as a conflict.
    """

    #: "ID.VERSION", or empty
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    class Meta:
        model = AdoptionReading
        fields = ["installed", "active", "worked_around", "observed_on", "note", "source"]
        widgets = {"observed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"note": "With what", "source": "Where from"}
        help_texts = {"note": "The sheet on the fridge, a group chat."}

    def __init__(self, data=None, *, persona, reading=None):
        instance = reading or AdoptionReading(persona=persona, product_id=persona.product_id)
        super().__init__(data, instance=instance, auto_id=f"id_{persona.pk}_%s")
        self.fields.pop("version", None)
        self.initial |= {"observed_on": timezone.localdate(), "seen": _shown(reading)}
        for name in FIGURES:
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                min_value=0,
                max_value=MOST_PEOPLE,
                required=name != "worked_around",
            )

    def clean_worked_around(self):
        return self.cleaned_data["worked_around"] or 0

    def clean_observed_on(self):
        return check_observed_on(self.cleaned_data["observed_on"])

    def clean(self):
        figures = self.cleaned_data
        for figure, why in impossible(*map(figures.get, FIGURES)).items():
            self.add_error(figure, why)
        return figures

    def _post_clean(self):
        """The figures are checked above; the rest of the row isn't known here."""

    def save_reading(self, *, by, only_own):
        """The reading as stored, or None after a conflict. Raises what `record_reading` does."""
        given = {name: self.cleaned_data[name] for name in self.edited}
        # A program that says nothing of what it saw replaces what is there.
        found = re.fullmatch("([0-9]{1,18})[.]([0-9]{1,9})", self.cleaned_data["seen"])
        seen = (int(found[1]), int(found[2])) if found else NONE_SEEN
        if "seen" not in self.data:
            seen = None
        try:
            return record_reading(
                persona=self.instance.persona, by=by, seen=seen, only_own=only_own, **given
            )
        except StaleVersion as stale:
            for name, value in given.items():
                setattr(self.instance, name, value)
            self._note_conflict(stale.current)
            self.data["seen"] = _shown(stale.current)
        return None


def _shown(reading):
    return f"{reading.pk}.{reading.version}" if reading else ""
