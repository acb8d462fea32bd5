"""What forms of rows that several people edit have in common, and the forms of a product."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, transaction

from accounts.at_most import too_many_in
from products.invitations import DAYS
from products.models import Invitation, Membership, Product
from products.roles import Role
from products.versions import StaleVersion, save_if_current

CLASH = "Somebody has just saved something that this clashes with. Look, then try again."


def plain(value):
    """60.0 as people write it: 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which what was typed differs from what is stored by now."""

    name: str
    label: str
    yours: str
    theirs: str
    keep_theirs: bool
    """Suggested where the field wasn't touched: theirs is then the only edit."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved the row since the form was opened."""

    who: str
    when: datetime | None
    differences: list


class VersionedForm(forms.ModelForm):
    """A form over a row with `version`: of two people who edit, the later one sees both.

    `save_current(by=…)` returns the row, or None after a conflict; the form then holds the newer
    version and a `conflict`, and saves on the next try what was chosen (`choose-FIELD` is "yours"
    or "theirs"; `choose-all` "theirs").
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    #: field → (low, high): the database's bounds, told beside the field
    limits = {}
    conflict = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        if self.instance.pk is None:
            del self.fields["version"]
        for name, field in self.fields.items():
            if type(field) is forms.FloatField:
                self.initial[name] = plain(self.initial.get(name))
        for name, (low, high) in self.limits.items():
            self.fields[name].validators += [
                MinValueValidator(low, f"At least {low:,}."),
                MaxValueValidator(high, f"At most {high:,}."),
            ]
        if self.is_bound:
            self._take_theirs()

    def _take_theirs(self):
        all_theirs = self.data.get("choose-all") == "theirs"
        chosen = [
            name
            for name in self.fields
            if all_theirs or self.data.get(f"choose-{name}") == "theirs"
        ]
        if chosen:
            self.data = self.data.copy()
            for name in chosen:
                value = self.fields[name].prepare_value(self.initial.get(name))
                self.data[self.add_prefix(name)] = "" if value is None else value

    @property
    def status(self):
        """The HTTP status of the page that shows this form; an error's rolls everything back."""
        return 409 if self.conflict else 422 if self.errors else 200

    @property
    def edited(self):
        return [name for name in self._meta.fields if name in self.fields]

    def save_current(self, *, by):
        try:
            with transaction.atomic():
                return save_if_current(
                    self.instance, version=self.cleaned_data["version"], fields=self.edited, by=by
                )
        except StaleVersion as stale:
            self._note_conflict(stale.current)
        except IntegrityError as error:  # between our check and our write
            self.add_error(None, too_many_in(error) or CLASH)
        return None

    def _note_conflict(self, current):
        event = current.events.order_by("-pgh_id").first()
        base = current.events.filter(version=self.cleaned_data.get("version", 0)).first()
        mine = {name: self._held(self.instance, name) for name in self.edited}
        theirs = {name: self._held(current, name) for name in self.edited}
        differences = [
            Difference(
                name=name,
                label=str(self[name].label),
                yours=self._shown(name, mine[name]),
                theirs=self._shown(name, theirs[name]),
                keep_theirs=bool(base) and self._held(base, name) == mine[name],
            )
            for name in self.edited
            if mine[name] != theirs[name]
        ]
        who = str(current.updated_by) if current.updated_by else "Somebody"
        self.conflict = Conflict(who, event and event.pgh_created_at, differences)
        self.data = self.data.copy()
        self.data["version"] = current.version

    def _held(self, row, name):
        """What a row, or an earlier version of it, has in a field."""
        return getattr(row, name)

    def _shown(self, name, value):
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            names = {str(choice): str(label) for choice, label in field.choices}
            return names.get(str(value), str(value))
        return "" if value is None else str(plain(field.prepare_value(value)))


class ProductForm(VersionedForm):
    limits = {"capacity": (0.01, 1_000_000)}

    class Meta:
        model = Product
        fields = ["name", "description", "capacity", "effort_unit"]
        labels = {"capacity": "What the next release holds", "effort_unit": "Effort is counted in"}
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"effort_unit": "Days, points, whatever you estimate in."}


class DeleteProductForm(forms.Form):
    """The typed key keeps a click from deleting everything."""

    key = forms.CharField(label="Type the key of the product", max_length=10)

    def __init__(self, product, data=None):
        super().__init__(data)
        self.product = product

    def clean_key(self):
        if self.cleaned_data["key"].strip().upper() != self.product.key:
            raise forms.ValidationError(f"That isn't {self.product.key}. Nothing was deleted.")
        return self.cleaned_data["key"]


class InvitationForm(forms.Form):
    role = forms.TypedChoiceField(choices=Role.choices, coerce=int, initial=Role.CONTRIBUTOR)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=Invitation._meta.get_field("email").max_length,
        help_text="Whom alone the link lets in. Empty: whoever opens it first.",
    )
    days = forms.TypedChoiceField(
        label="Good for",
        choices=[(1, "a day"), (7, "7 days"), (30, "30 days")],
        coerce=int,
        initial=DAYS,
    )


class RoleForm(VersionedForm):
    class Meta:
        model = Membership
        fields = ["role"]
