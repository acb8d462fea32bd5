from datetime import timedelta

from allauth.account.forms import LoginForm, SignupForm
from allauth.core import context
from django import forms
from django.utils import timezone

from accounts.models import Token, User
from accounts.sign_up import invited_email, may_sign_up


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label, login.max_length = "Name or e-mail", 254
        login.widget.attrs["maxlength"] = 254
        self.fields["password"].help_text = ""
        _without_placeholders(self)

    def user_credentials(self):
        """What was typed, as a name or as an e-mail: allauth tries both, and looks twice."""
        credentials = super().user_credentials()
        if "email" in credentials and not _is_a_name(credentials["email"]):
            del credentials["username"]
        return credentials

    @property
    def may_sign_up(self):
        return may_sign_up(self.request)


class SignUpForm(SignupForm):
    """A name to be called by, an address and a password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name, email = self.fields["username"], self.fields["email"]
        name.label, name.help_text = "Name", "What colleagues see, such as alice."
        email.label = "E-mail"
        email.initial = email.initial or invited_email(context.request)
        _without_placeholders(self)


def _is_a_name(text):
    return User.objects.filter(username=text).exists()


def _without_placeholders(form):
    """They repeat the labels."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class NewTokenForm(forms.Form):
    """A key to the API with the rights of its user."""

    name = forms.CharField(max_length=100, help_text="What it is for.")
    days = forms.TypedChoiceField(
        label="Valid for",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (365, "a year"), (0, "until revoked")],
        initial=90,
    )

    def issue(self, user):
        """(Token, its text, which is stored nowhere)."""
        days = self.cleaned_data["days"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        return Token.objects.issue(name=self.cleaned_data["name"], user=user, expires_at=expires_at)
