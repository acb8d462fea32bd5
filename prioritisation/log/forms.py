from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from prioritisation.log.reading import Asked, people_of, products_ever
from prioritisation.log.sources import KINDS


class AskedForm(forms.Form):
    """What is looked for in the log."""

    kind = forms.ChoiceField(
        label="What", required=False, choices=[("", "Everything"), *KINDS.items()]
    )
    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)
    text = forms.CharField(label="Text", required=False, max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.input_type = "search"
        self.fields["text"].widget.attrs["placeholder"] = "a word, a name, ROTA-12"
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
            person=int(given["person"]) if given.get("person") else None,
            kind=given["kind"],
            since=_begin_of(given["since"]),
            until=_begin_of(given["until"], days_later=1),
            text=given["text"],
        )


class LogForm(AskedForm):
    """In the log of a product."""

    person = forms.ChoiceField(label="Who", required=False)
    field_order = ["person"]

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), _told_apart(user)) for user in people_of(product.pk)]
        self.fields["person"].choices = [("", "Everybody"), *people]


class WholeLogForm(AskedForm):
    """In the log of all products, those that are gone too."""

    product = forms.ChoiceField(label="Product", required=False)
    person = forms.CharField(label="Who", required=False, max_length=254)
    field_order = ["product", "person"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [("", "All"), *products_ever()]
        self.fields["person"].widget.attrs["placeholder"] = "name or e-mail"

    def clean_person(self):
        typed = self.cleaned_data["person"]
        if not typed:
            return None
        named = User.objects.filter(Q(username=typed) | Q(email__iexact=typed)).first()
        if named is None:
            raise forms.ValidationError("Nobody has exactly this name or e-mail.")
        return named.pk

    @property
    def product_id(self):
        return int(self.cleaned_data["product"]) if self.cleaned_data["product"] else None


def _told_apart(user):
    return str(user) if str(user) == user.username else f"{user} ({user.username})"


def _begin_of(day, *, days_later=0):
    if day is None:
        return None
    try:
        whole = timezone.datetime(day.year, day.month, day.day) + timedelta(days=days_later)
    except OverflowError:  # of the last day that there is
        return None
    return timezone.make_aware(whole)
