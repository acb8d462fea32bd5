from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.after_answer import put_off
from accounts.models import DAYS, MAX_DAYS, Token, TooManyTokens, User
from accounts.scopes import READ, RESOURCES, SCOPES, WRITE, scope
from accounts.sign_in_limits import EMAILS_PER_USER, MAILS_PER_ADDRESS, take
from accounts.sign_up import invited_email, may_sign_up

LABELS = {
    "login": "Name or e-mail",
    "username": "Name",
    "email": "E-mail",
    "password": "Password",
    "oldpassword": "Present password",
    "password1": "New password",
    "password2": "The new password again",
    "code": "Code",
    "name": "Name",
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

    def try_save(self, request):
        """The answer is the same where the e-mail has an account, and so is its time."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ReauthenticationForm(PlainWords, ReauthenticateForm):
    pass


class EndsTokens:
    """A new password ends the user's tokens, too, unless `keep_tokens` is said: who knew the old
    one may have made some."""

    def save(self, **kwargs):
        with transaction.atomic():
            saved = super().save(**kwargs)
            if not self.cleaned_data.get("keep_tokens"):
                self.user.tokens.revoke()
        return saved


class AsksAboutTokens(EndsTokens):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.user and self.user.tokens.usable().exists():
            self.fields["keep_tokens"] = forms.BooleanField(
                label="Keep my tokens for the API",
                required=False,
                help_text="Otherwise they end now, and what uses them needs new ones.",
            )


class GivenPasswordForm(EndsTokens, AdminPasswordChangeForm):
    """Of the back office, for somebody else's password. Nobody can ask them what to keep."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password2"].help_text += " The tokens of this user end with the old one."


class NewPasswordForm(AsksAboutTokens, PlainWords, ChangePasswordForm):
    def clean_oldpassword(self):
        """Counted as an attempt to sign in."""
        given = self.cleaned_data["oldpassword"]
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, given):
            raise adapter.validation_error("enter_current_password")
        return given


class FirstPasswordForm(PlainWords, SetPasswordForm):
    """Of somebody who signs in elsewhere, or was given no password."""


class ElsewhereSignUpForm(PlainWords, SocialSignupForm):
    """Of somebody whom an OpenID Connect provider knows."""


class ForgottenPasswordForm(PlainWords, ResetPasswordForm):
    def clean_email(self):
        """Counted by what was typed, known or not."""
        email = super().clean_email()
        if not take([(MAILS_PER_ADDRESS, email.casefold())]):
            raise forms.ValidationError("A link was asked for too often. Wait a few minutes.")
        return email

    def save(self, request, **options):
        """A token and its mail take longer than the mail to an address that has no account."""
        put_off(request, lambda: super(ForgottenPasswordForm, self).save(request, **options))


class RecoveredPasswordForm(AsksAboutTokens, PlainWords, ResetPasswordKeyForm):
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
    """A key to the API, for some of what its user, or a maintainer of its product, may."""

    name = forms.CharField(max_length=100, help_text="What it is for.")
    days = forms.TypedChoiceField(
        label="Good for",
        coerce=int,
        choices=[(7, "7 days"), (30, "30 days"), (DAYS, f"{DAYS} days"), (MAX_DAYS, "a year")],
        initial=DAYS,
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(name, name) for name in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what it may do."},
    )

    def issue(self, *, by, **owner):
        """(Token, its text, which is stored nowhere), or None where the form now says why not."""
        given = self.cleaned_data
        expires_at = timezone.now() + timedelta(days=given["days"])
        try:
            return Token.objects.issue(
                name=given["name"], scopes=given["scopes"], expires_at=expires_at, by=by, **owner
            )
        except TooManyTokens as error:
            self.add_error(None, str(error))
            return None

    @property
    def chosen_scopes(self):
        return self["scopes"].value() or ()

    @property
    def resources(self):
        """What the table shows: (name, what it covers, [(scope, the word for it) …]) each."""
        words = [(READ, "Read"), (WRITE, "Change")]
        return [
            (name, covers, [(scope(name, access), word) for access, word in words])
            for name, covers in RESOURCES.items()
        ]
