"""A scenario: its name, the policy, shares, and what it supposes of adoption."""

from dataclasses import dataclass, replace

from django import forms
from django.db import IntegrityError, transaction

from accounts.at_most import too_many_in
from personas.services import FIGURES, impossible
from prioritisation.models import PARAMETERS, Scenario
from prioritisation.models.scenarios import MAX_SCENARIOS_PER_PRODUCT, MOST_PEOPLE
from prioritisation.weighting.forms import WeightsForm
from prioritisation.weighting.overrides import beyond, latest_of, supposed_by
from prioritisation.weighting.services import keep_scenario, save_scenario
from products.forms import CLASH, Difference, VersionedForm
from products.versions import StaleVersion

LABELS = {"installed": "Have it", "active": "Use it", "worked_around": "Also work around it"}


@dataclass(frozen=True, slots=True)
class Adoption:
    """An end user's three fields."""

    persona: object
    fields: list


class ScenarioForm(WeightsForm):
    """Over an unsaved Scenario, or one that is to be changed; `people` are the product's as they
    are now. The sliders stand where the scenario puts them, and what stands as it is now isn't
    kept: it goes on following the product.

    `save_current(by=…)` returns the Scenario, or None: `conflict` or errors say why.
    """

    class Meta(WeightsForm.Meta):
        model = Scenario
        fields = ["name", "note", *PARAMETERS]
        labels = {"assumed_seats": "Weighs as much as this many seats", "note": "What if, and why"}
        help_texts = {
            "assumed_seats": "The more seats, the more readings it takes to change the belief.",
            "note": "Becomes the reason when it is applied.",
        }

    def __init__(self, data=None, *, instance, people, supposed=None, saving=True):
        self.now = people
        self.shown = supposed = supposed or supposed_by(instance, people)
        _put(instance, {name: getattr(supposed.policy, name) for name in PARAMETERS})
        super().__init__(data, instance=instance, people=people.supposing(supposed), saving=saving)
        # Its rows change with it; `version` tells.
        del self.fields["seen"]
        for persona in self.people.counted:
            if persona.is_end_user:
                shown = latest_of(persona) or (None, None, None)
                for name, value in zip(FIGURES, shown, strict=True):
                    self.fields[_name(name, persona)] = self._figure(name, value)
                    self.initial[_name(name, persona)] = value
        if self.is_bound:
            self._take_theirs()

    @staticmethod
    def _figure(name, value):
        return forms.IntegerField(
            label=LABELS[name],
            initial=value,
            required=False,
            min_value=0,
            max_value=MOST_PEOPLE,
        )

    def _slider(self, persona, now):
        # All are sent: that they stand where the scenario put them is no reason to leave them out.
        return replace(super()._slider(persona, now), touched=True)

    @property
    def adoption(self):
        """An Adoption for each end user that counts."""
        return [
            Adoption(persona, [self[_name(name, persona)] for name in FIGURES])
            for persona in self.people.counted
            if persona.is_end_user
        ]

    def clean_name(self):
        """Told beside the field; the database's own check knows the product only when saving."""
        name = self.cleaned_data["name"].strip()
        twins = Scenario.objects.filter(product=self.instance.product, name__iexact=name)
        if twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is already a scenario with this name.")
        kept = Scenario.objects.filter(product=self.instance.product).count()
        if self.instance.pk is None and kept >= MAX_SCENARIOS_PER_PRODUCT:
            most = f"A product has at most {MAX_SCENARIOS_PER_PRODUCT} scenarios. Delete one first."
            raise forms.ValidationError(most)
        return name

    def clean(self):
        cleaned = super().clean()
        # Of whom it doesn't count it has no fields, and keeps what it supposes.
        readings, latest = dict(self.shown.readings), self._latest
        for persona in self.people.counted:
            if persona.is_end_user:
                readings.pop(persona.pk, None)
                reading = self._reading(persona, cleaned)
                if reading and reading != latest[persona.pk]:
                    readings[persona.pk] = reading
        if self.weights:
            importances = self.shown.importances | self.weights.importances
            self.weights = replace(self.weights, importances=importances, readings=readings)
        return cleaned

    @property
    def _latest(self):
        return {persona.pk: latest_of(persona) for persona in self.now.personas}

    def _reading(self, persona, cleaned):
        """(installed, active, worked around) as given, or None; what can't be is told."""
        names = [_name(name, persona) for name in FIGURES]
        installed, active, around = (cleaned.get(name) for name in names)
        if any(name in self.errors for name in names) or (installed, active) == (None, None):
            return None
        for name, value in zip(names[:2], (installed, active), strict=True):
            if value is None:
                self.add_error(name, "How many have it, and how many use it: both or neither.")
                return None
        reading = installed, active, around or 0
        wrong = impossible(*reading)
        for figure, why in wrong.items():
            self.add_error(_name(figure, persona), why)
        return None if wrong else reading

    @property
    def moved(self):
        """Whether it asks for other weights than the product's as they are now."""
        return self.weights != self.now.stored

    def save_current(self, *, by):
        scenario = self.instance
        parameters, otherwise = beyond(self.now, self.weights)
        _put(scenario, dict.fromkeys(PARAMETERS) | parameters)
        try:
            with transaction.atomic():
                if scenario.pk is None:
                    return keep_scenario(scenario, otherwise=otherwise, by=by)
                version = self.cleaned_data["version"]
                return save_scenario(scenario, version=version, otherwise=otherwise, by=by)
        except StaleVersion as stale:
            self._note_conflict(stale.current)
        except IntegrityError as error:  # between our check and our write
            self.add_error(None, too_many_in(error) or CLASH)
        return None

    def _note_conflict(self, current):
        VersionedForm._note_conflict(self, current)
        differences = self._share_differences() + self._figure_differences()
        self.conflict = replace(self.conflict, differences=self.conflict.differences + differences)

    def _held(self, row, name):
        held = super()._held(row, name)
        return getattr(self.now.policy, name) if held is None and name in PARAMETERS else held

    def _figure_differences(self):
        return [
            Difference(
                name=field.name,
                label=f"{one.persona.name}: {field.label.lower()}",
                yours=_shown(self.cleaned_data.get(field.name)),
                theirs=_shown(field.field.initial),
                keep_theirs=False,
            )
            for one in self.adoption
            for field in one.fields
            if self.cleaned_data.get(field.name) != field.field.initial
        ]


def _put(scenario, parameters):
    for name, value in parameters.items():
        setattr(scenario, name, value)


def _shown(figure):
    return "" if figure is None else str(figure)


def _name(figure, persona):
    return f"{figure}_{persona.pk}"
