from django import forms

from personas.models import AdoptionReading, Kind, Persona
from personas.services import FIGURES, check_observed_on, impossible
from products.forms import VersionedForm

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
        return name


class ReadingForm(forms.ModelForm):
    """A day's figures of an end user's segment; each error stands beside its figure."""

    class Meta:
        model = AdoptionReading
        fields = ["installed", "active", "worked_around", "observed_on", "note", "source"]
        widgets = {"observed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"note": "With what", "source": "Where from"}
        help_texts = {"note": "The sheet on the fridge, a group chat."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
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
