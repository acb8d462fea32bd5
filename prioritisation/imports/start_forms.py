from django import forms

from prioritisation.imports.sheet import SheetError, is_sheet, parse
from prioritisation.imports.start_boxes import MOST_MESSAGES, read_payers, read_titles, read_users
from prioritisation.models import Basis


def box(label, help_text, *, required, rows=5, placeholder=""):
    widget = forms.Textarea(attrs={"rows": rows, "placeholder": placeholder})
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=widget, strip=False
    )


class StartForm(forms.Form):
    """The start page's boxes. Its required inputs: a name, a user, a title; then one rating."""

    name = forms.CharField(label="Product", max_length=100)
    users = box(
        "Who uses it?",
        "One a line, with the number of people if you know it",
        required=True,
        placeholder="Nurse 500",
    )
    payers = box(
        "Who else pays, approves or sponsors?",
        "May stay empty. Or, say, Agency (advertiser)",
        required=False,
        placeholder="Hospital",
    )
    titles = box(
        "What might you build?",
        "One a line, or a block from a spreadsheet",
        required=True,
        placeholder="Swap shifts in two taps",
    )
    basis = forms.ChoiceField(
        label="How do you know the ratings in it", choices=Basis.choices, required=False
    )
    sheet = None

    def __init__(self, data=None, *, product=None):
        """For a product that is there already nothing is required."""
        super().__init__(data, initial={"basis": Basis.GUESSED})
        self._product = product
        if product:
            del self.fields["name"]
            for field in self.fields.values():
                field.required = False

    @property
    def boxes(self):
        return [self["users"], self["payers"], self["titles"]]

    def clean_users(self):
        return self._filled("users", read_users(self.cleaned_data["users"]))

    def clean_payers(self):
        payers = read_payers(self.cleaned_data["payers"])
        users = {name.casefold() for name, _people in self.cleaned_data.get("users") or ()}
        for name, _kind in payers:
            if name.casefold() in users:
                raise forms.ValidationError(f"“{name}” uses it too, so counts as an end user only.")
        return payers

    def clean_titles(self):
        text = self.cleaned_data["titles"]
        if not is_sheet(text):
            return self._filled("titles", read_titles(text))
        try:
            self.sheet = parse(text, personas=self._names())
        except SheetError as error:
            self.refuse_sheet(error)
        return []

    def _names(self):
        """Of the personas that are there or in the other boxes."""
        there = self._product.personas.values_list("name", flat=True) if self._product else ()
        boxes = (self.cleaned_data.get(box) or () for box in ("users", "payers"))
        return [*there, *(name for box in boxes for name, _what in box)]

    def clean_basis(self):
        return self.cleaned_data["basis"] or None

    def refuse_sheet(self, error):
        lines = [str(one) for one in error.errors[:MOST_MESSAGES]]
        if len(error.errors) > MOST_MESSAGES:
            lines.append(f"And {len(error.errors) - MOST_MESSAGES:,} more.")
        self.add_error("titles", lines)

    def _filled(self, name, found):
        if not found and self.fields[name].required:
            raise forms.ValidationError("At least one line.")
        return found
