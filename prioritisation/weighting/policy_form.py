from django import forms

from prioritisation.models import LEAST_SAY_WITHOUT_REASON, PARAMETERS, ScoringPolicy
from products.forms import VersionedForm


class PercentField(forms.FloatField):
    """A share that people read and type in percent, and the database keeps as 0…1."""

    def __init__(self, *, low, high, **kwargs):
        widget = forms.NumberInput(attrs={"step": "any"})
        super().__init__(min_value=low, max_value=high, widget=widget, **kwargs)

    def prepare_value(self, value):
        return f"{value * 100:.6g}" if isinstance(value, float) else value

    def clean(self, value):
        percent = super().clean(value)
        return percent if percent is None else percent / 100


class PolicyForm(VersionedForm):
    end_user_say = PercentField(label="End users’ say", low=50, high=95)
    people_exponent = forms.TypedChoiceField(
        label="Among end users",
        coerce=float,
        choices=[("1.0", "By people"), ("0.5", "Damped"), ("0.0", "Equally")],
        widget=forms.RadioSelect,
    )
    gap_emphasis = PercentField(
        label="Extra weight for people it hasn’t won yet",
        low=0,
        high=100,
        help_text="At 100, somebody who doesn’t use it counts twice.",
    )
    responsiveness = PercentField(
        label="How far one requirement moves adoption",
        low=0,
        high=100,
        help_text="At 25, one that nobody can do without wins a quarter of those not won yet.",
    )
    assumed_adoption = PercentField(
        label="Adoption assumed before any reading",
        low=0,
        high=100,
        help_text="Of the people who could use it.",
    )
    limits = {"assumed_seats": (0, 1_000_000_000)}

    class Meta:
        model = ScoringPolicy
        fields = [*PARAMETERS, "reason"]
        labels = {"assumed_seats": "Weighs as much as this many seats", "reason": "Reason"}
        help_texts = {
            "assumed_seats": "The more seats, the more readings it takes to change the belief.",
            "reason": "Shown beside the version. Needed under two thirds for the end users.",
        }

    def lacks_reason(self, cleaned):
        """Whether it has less for the end users than goes without saying why, and doesn't say."""
        asked = "reason" in self.fields and not cleaned.get("reason")
        return asked and cleaned.get("end_user_say", 1) < LEAST_SAY_WITHOUT_REASON
