from datetime import timedelta

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.models import Token, User
from accounts.passwords import stay_signed_in
from accounts.sign_in_limits import EMAILS_PER_USER, take
from accounts.sign_up import invited_email, may_sign_up

LABELS = {
    "login": "Name or e-mail",
    "username": "Name",
    "email": "E-mail",
    "password": "Password",
    "oldpassword": "Present password",
    "password1": "New password",
    "password2": "The new password again",
}


class PlainWords:
    """allauth's form in our words, and without placeholders, which repeat its labels."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        for name in ("password", "oldpassword"):
            if name in self.fields:
                self.fields[name].help_text = ""  # a link to "forgotten", which the page has


class SignInForm(PlainWords, LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.max_length = login.widget.attrs["maxlength"] = 254

    def user_credentials(self):
        """What was typed, as a name or as an e-mail: allauth tries both, and looks twice."""
        credentials = super().user_credentials()
        if "email" in credentials and not _is_a_name(credentials["email"]):
            del credentials["username"]
        return credentials

    @property
    def may_sign_up(self):
        return may_sign_up(self.request)


def _is_a_name(text):
    return User.objects.filter(username=text).exists()


class SignUpForm(PlainWords, SignupForm):
    """A name to be called by, an address and a password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = "What colleagues see, such as alice."
        self.fields["password1"].label = "Password"
        email = self.fields["email"]
        email.initial = email.initial or invited_email(context.request)


class ReauthenticationForm(PlainWords, ReauthenticateForm):
    pass


class NewPasswordForm(PlainWords, ChangePasswordForm):
    def clean_oldpassword(self):
        given = super().clean_oldpassword()
        stay_signed_in(context.request, self.user)
        return given


class ForgottenPasswordForm(PlainWords, ResetPasswordForm):
    pass


class RecoveredPasswordForm(PlainWords, ResetPasswordKeyForm):
    pass


class NewEmailForm(PlainWords, AddEmailForm):
    """The new address counts once its link was followed; where no mail is sent, at once."""

    def clean_email(self):
        email = super().clean_email()
        if settings.EMAIL_URL:
            return email
        # The answer tells whether somebody has this address: few may be asked about.
        asked_often = not take([(EMAILS_PER_USER, str(self.user.pk))])
        if asked_often:
            raise forms.ValidationError("Too many changes. Try again in an hour.")
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("This e-mail can't be used.")
        return email

    def save(self, request):
        addresses = EmailAddress.objects.filter(user=self.user)
        if settings.EMAIL_URL:
            # allauth drops what isn't confirmed when a new one waits: the one in use, too.
            addresses.filter(email__iexact=self.user.email).update(verified=True, primary=True)
            return super().save(request)
        addresses.delete()
        self.user.email = self.cleaned_data["email"]
        self.user.save(update_fields=["email"])
        return EmailAddress.objects.create(user=self.user, email=self.user.email, primary=True)


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
