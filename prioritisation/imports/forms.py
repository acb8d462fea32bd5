from django import forms

from prioritisation.imports.services import import_ratings
from prioritisation.imports.sheet import SheetError
from prioritisation.models import Basis
from prioritisation.ratings.cell_parsers import CellError, scale_from

ERRORS_SHOWN = 50


class ImportForm(forms.Form):
    """A pasted sheet. `run` imports it; what is wrong with its rows is in `row_errors` then."""

    text = forms.CharField(
        label="Rows",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="Paste them from a spreadsheet, or a CSV file’s text, with the header.",
    )
    basis = forms.ChoiceField(
        label="How do you know?",
        choices=Basis.choices,
        widget=forms.RadioSelect,
        initial=Basis.GUESSED,
    )
    from_scale = forms.CharField(
        label="Scale of the ratings",
        required=False,
        max_length=40,
        help_text="Leave it blank for −5…5. Otherwise its ends, such as 1..9: they become 0 and 5.",
    )
    row_errors = ()

    def clean_from_scale(self):
        text = self.cleaned_data["from_scale"]
        try:
            return scale_from(text) if text else None
        except CellError as error:
            raise forms.ValidationError(str(error)) from None

    def run(self, *, product, by, dry_run):
        """The Report, or None with an error at the rows."""
        try:
            return import_ratings(product=product, by=by, dry_run=dry_run, **self.cleaned_data)
        except SheetError as error:
            self.row_errors = error.errors[:ERRORS_SHOWN]
            count = len(error.errors)
            more = "" if count <= ERRORS_SHOWN else f", of which the first {ERRORS_SHOWN} are shown"
            plural = "thing is" if count == 1 else "things are"
            self.add_error("text", f"{count} {plural} wrong{more}; nothing was imported.")
            return None

    @property
    def status(self):
        return 422 if self.errors else 200
