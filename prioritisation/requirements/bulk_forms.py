"""What can be done to several requirements at once, one thing at a time."""

from django import forms

from prioritisation.decisions.services import WANTS_A_REASON, plans_unexplained, whom_they_harm
from prioritisation.requirements.forms import TagsField
from products.models import MustReason, Status

MOST_TAGS = 20
#: stands first where the rows differ: what is saved unseen would be some row's own otherwise
CHOOSE = ("choose", "Choose")


class BulkForm(forms.Form):
    """`rows` are the selected Requirements.

    `change(requirement)` does what the valid form says, and alters `columns` only.
    """

    columns = ()

    def __init__(self, data=None, *, rows):
        self.rows = rows
        super().__init__(data, auto_id="bulk_%s", initial=self._common())

    def _common(self):
        """What stands in all selected rows alike."""
        found = {name: [getattr(row, name) for row in self.rows] for name in self.columns}
        return {
            name: had[0] for name, had in found.items() if had and had.count(had[0]) == len(had)
        }

    def ask(self, name):
        """The choice has to be made where the rows differ in it."""
        if name not in self.initial:
            self.fields[name].choices = [CHOOSE, *self.fields[name].choices]

    def chosen(self, name):
        value = self.cleaned_data[name]
        if value == CHOOSE[0]:
            raise forms.ValidationError("Choose one.")
        return value

    def change(self, requirement):
        for name in self.columns:
            setattr(requirement, name, self.cleaned_data[name])


class StatusForm(BulkForm):
    columns = ("status", "decision")
    status = forms.ChoiceField(choices=Status.choices)
    decision = forms.CharField(
        label="Why",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept as the decision of each. Left empty, what was decided before stays.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask("status")

    def _common(self):
        return {name: had for name, had in super()._common().items() if name == "status"}

    def clean_status(self):
        return self.chosen("status")

    def clean(self):
        said = self.cleaned_data
        if {"status", "decision"} <= said.keys():
            asked = [row for row in self.rows if plans_unexplained(row, *self._decided(row))]
            harmed = whom_they_harm([row.pk for row in asked])
            for row in asked:
                if row.pk in harmed:
                    self.add_error("decision", WANTS_A_REASON.format(row.key, harmed[row.pk]))
        return said

    def _decided(self, requirement):
        """Its status and decision then."""
        said = self.cleaned_data
        return said["status"], said["decision"].strip() or requirement.decision

    def change(self, requirement):
        requirement.status, requirement.decision = self._decided(requirement)


class TagForm(BulkForm):
    columns = ("tags",)
    add = TagsField(label="Add", required=False, max_length=1_000, help_text="Apart by commas.")
    remove = forms.MultipleChoiceField(
        label="Take away", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        has = sorted({tag for row in self.rows for tag in row.tags})
        self.fields["remove"].choices = [(tag, tag) for tag in has]
        if not has:
            del self.fields["remove"]

    def clean(self):
        said = self.cleaned_data
        if "add" in said and not said["add"] and not said.get("remove"):
            self.add_error("add", "Say which tag.")
        full = [row.key for row in self.rows if len(self._tags(row)) > MOST_TAGS]
        if full:
            self.add_error("add", f"{full[0]} would have more than {MOST_TAGS} tags.")
        return said

    def _tags(self, requirement):
        gone = self.cleaned_data.get("remove", ())
        kept = [tag for tag in requirement.tags if tag not in gone]
        return list(dict.fromkeys([*kept, *self.cleaned_data.get("add", ())]))

    def change(self, requirement):
        requirement.tags = self._tags(requirement)


class EffortForm(BulkForm):
    columns = ("effort",)
    effort = forms.FloatField(
        min_value=0.01, max_value=1_000_000, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.rows:
            self.fields["effort"].help_text = f"Of each, in {self.rows[0].product.effort_unit}."


class MustDoForm(BulkForm):
    columns = ("must_reason", "must_note", "must_by")
    must_reason = forms.ChoiceField(label="Must do", choices=MustReason.choices, required=False)
    must_note = forms.CharField(label="Which law, contract, risk", required=False, max_length=500)
    must_by = forms.DateField(
        label="By when",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask("must_reason")

    def clean_must_reason(self):
        return self.chosen("must_reason")

    def clean(self):
        said = self.cleaned_data
        if said.get("must_reason") == MustReason.NONE:
            said |= {"must_note": "", "must_by": None}
        return said


#: what is edited → (what its button says, its form)
FORMS = {
    "status": ("Status", StatusForm),
    "tag": ("Tag", TagForm),
    "effort": ("Effort", EffortForm),
    "must_do": ("Must do", MustDoForm),
}
