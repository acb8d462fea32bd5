"""The policy and, of each counted persona, its share of its group's say."""

from dataclasses import dataclass, replace

from django import forms
from django.db import IntegrityError, transaction

from prioritisation.models import PARAMETERS, ScoringPolicy
from prioritisation.scoring import formula
from prioritisation.scoring.shares import Unfit, completed, implied_importances
from prioritisation.selectors.weights import Supposed, weighed
from prioritisation.weighting.policy_form import PercentField, PolicyForm
from products.forms import CLASH, Difference
from products.versions import StaleVersion, save_if_current

#: what a preview doesn't need
FOR_SAVING = {"reason", "version", "seen", "name", "note"}


@dataclass(frozen=True, slots=True)
class Slider:
    persona: object
    field: object
    percent: str
    """Where it stands."""
    exact: str
    """The same with six digits."""
    touched: bool
    """Whether somebody has moved it, in a form that comes back."""


class ShareField(PercentField):
    """A share of a group's say in percent; empty: it follows the others."""

    def __init__(self, persona, share):
        super().__init__(
            low=0.01, high=100, required=False, label=f"{persona.name}’s share", initial=share
        )
        self.shown = {self.prepare_value(share), self.exact(share), ""}

    def prepare_value(self, value):
        return f"{value * 100:.3g}" if isinstance(value, float) else value

    @staticmethod
    def exact(share):
        return f"{share * 100:.6g}"

    def states(self, given):
        """Whether somebody gave it a place other than where it stood."""
        return given is not None and given.strip() not in self.shown


class WeightsForm(PolicyForm):
    """Shares that are left out, or left as they were shown, follow the others of their group.

    `people` is the product's People. After `is_valid()`, or where `can_preview`, `weights` is what
    the form asks for, Supposed.
    """

    #: personas and versions whose shares were shown: "12:3 14:1"
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)
    weights = None

    def __init__(self, data=None, *, instance, people, saving=True):
        self.people, self.saving = people, saving
        super().__init__(data, instance=instance)
        # A reason is one save's: the last one's isn't the next one's.
        self.initial["reason"] = ""
        self.initial["seen"] = self._versions()
        for group in people.groups:
            if len(group.personas) > 1:
                for persona in group.personas:
                    self.fields[_name(persona.pk)] = ShareField(persona, group.now[persona.pk])
        if self.is_bound:
            self._take_theirs()

    def _versions(self):
        return " ".join(f"{one.pk}:{one.version}" for one in self.people.counted)

    @property
    def end_users(self):
        return self._sliders(end_users=True)

    @property
    def payers(self):
        return self._sliders(end_users=False)

    def _sliders(self, *, end_users):
        """A Slider for each persona of the group; none where one has all of its say."""
        for group in self.people.groups:
            if group.end_users is end_users and len(group.personas) > 1:
                return [self._slider(persona, group.now) for persona in group.personas]
        return []

    def _slider(self, persona, now):
        field, share = self[_name(persona.pk)], now[persona.pk]
        if self.is_bound and field.value() and not field.errors:
            stated = field.field.states(field.value())
            return Slider(persona, field, field.value(), field.value(), stated)
        shown = field.field.prepare_value(share)
        return Slider(persona, field, field.value() or shown, ShareField.exact(share), False)

    def clean(self):
        cleaned = super().clean()
        for name in PARAMETERS:
            # 83.3333 as it was shown is the 0.83333… that is stored, not another policy.
            shown = self.fields[name].prepare_value(self.initial[name])
            if name in cleaned and self.data.get(name) == str(shown):
                cleaned[name] = self.initial[name]
        if all(name in cleaned for name in PARAMETERS):
            policy = formula.Policy(**{name: cleaned[name] for name in PARAMETERS})
            self.weights = Supposed(policy, self._importances(policy, cleaned))
        if not self.moved and not cleaned.get("reason", "given"):
            # An empty reason isn't a new one: weights that stay keep theirs.
            cleaned["reason"] = self.instance.reason
        if self.lacks_reason(cleaned):
            self.add_error("reason", "Under two thirds for the end users needs a reason.")
        return cleaned

    def _post_clean(self):
        """The database's constraints, each of them a query, are for what is saved; the fields
        have checked the same bounds."""
        if self.saving:
            super()._post_clean()

    def _importances(self, policy, cleaned):
        importances = {one.pk: one.importance for one in self.people.counted}
        for group in weighed(policy, self.people.personas).groups:
            stated = {pk: cleaned[_name(pk)] for pk in group.now if self._states(pk, cleaned)}
            if not stated:
                continue
            try:
                importances |= implied_importances(
                    {pk: importances[pk] for pk in group.now},
                    group.now,
                    completed(group.now, stated),
                )
            except Unfit as unfit:
                self.add_error(_name(unfit.persona_id), str(unfit))
        return importances

    def _states(self, pk, cleaned):
        name = _name(pk)
        return cleaned.get(name) is not None and self.fields[name].states(self.data.get(name))

    @property
    def shares(self):
        """{field's name: percent} as the weights asked for give them."""
        groups = self.people.supposing(self.weights).groups
        return {_name(pk): ShareField.exact(s) for group in groups for pk, s in group.now.items()}

    @property
    def can_preview(self):
        return set(self.errors) <= FOR_SAVING and self.weights is not None

    @property
    def complaints(self):
        """(label, message) of what keeps it from being previewed."""
        return [
            (self.fields[name].label, message)
            for name, messages in self.errors.items()
            if name in self.fields and name not in FOR_SAVING
            for message in messages
        ]

    @property
    def moved(self):
        """Whether the form asks for other weights than those that are stored."""
        return self.weights != self.people.stored

    def save_current(self, *, by):
        """The policy as stored, or None where nothing was saved: `conflict` or errors say why."""
        if self.cleaned_data["seen"] not in ("", self._versions()):
            self._note_conflict(ScoringPolicy.objects.get(pk=self.instance.pk))
            return None
        try:
            with transaction.atomic():
                saved = super().save_current(by=by)
                if saved:
                    self._save_importances(by)
                return saved
        except (StaleVersion, IntegrityError):  # between our look and our write
            self.add_error(None, CLASH)
        return None

    def _save_importances(self, by):
        importances = self.weights.importances
        for persona in self.people.counted:
            if persona.importance != importances[persona.pk]:
                persona.importance = importances[persona.pk]
                save_if_current(persona, version=persona.version, fields=["importance"], by=by)

    def _note_conflict(self, current):
        super()._note_conflict(current)
        given = self.cleaned_data["seen"].split()
        changed = [p for p in self.people.counted if f"{p.pk}:{p.version}" not in given]
        self.data["seen"] = self._versions()
        differences = [one for one in self.conflict.differences if one.name != "reason"]
        who = self.conflict.who
        if given and changed and changed[0].updated_by:
            who = str(changed[0].updated_by)
        self.conflict = replace(
            self.conflict, who=who, differences=differences + self._share_differences()
        )

    def _share_differences(self):
        return [
            Difference(
                name=name,
                label=str(field.label),
                yours=f"{self.cleaned_data[name] * 100:.3g}",
                theirs=field.prepare_value(field.initial),
                keep_theirs=False,
            )
            for name, field in self.fields.items()
            if isinstance(field, ShareField) and self._states(name.split("_")[1], self.cleaned_data)
        ]


def _name(pk):
    return f"share_{pk}"
