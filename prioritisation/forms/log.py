from datetime import timedelta

from django import forms
from django.utils import timezone

from prioritisation.log.reading import Asked, people_of
from prioritisation.log.sources import KINDS


class LogForm(forms.Form):
    """What is looked for in the log of a product."""

    person = forms.ChoiceField(label="Who", required=False)
    kind = forms.ChoiceField(
        label="What", required=False, choices=[("", "Everything"), *KINDS.items()]
    )
    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)
    text = forms.CharField(label="Text", required=False, max_length=200)

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), str(user)) for user in people_of(product.pk)]
        self.fields["person"].choices = [("", "Everybody"), *people]
        self.fields["text"].widget.input_type = "search"
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "date"

    def clean(self):
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "This is before the first day.")
        return given

    @property
    def is_narrowed(self):
        return any(self.cleaned_data.values())

    def asked(self):
        given = self.cleaned_data
        return Asked(
            person=int(given["person"]) if given["person"] else None,
            kind=given["kind"],
            since=_begin_of(given["since"]),
            until=_begin_of(given["until"], days_later=1),
            text=given["text"],
        )


def _begin_of(day, *, days_later=0):
    if day is None:
        return None
    try:
        whole = timezone.datetime(day.year, day.month, day.day) + timedelta(days=days_later)
    except OverflowError:  # of the last day that there is
        return None
    return timezone.make_aware(whole)
