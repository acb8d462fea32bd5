from datetime import timedelta

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils import timezone

from accounts.models import Token


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "Name or password is wrong. In a password, capitals matter.",
        "inactive": "This account is switched off.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label, name.max_length = "Name or e-mail", 254
        name.widget.attrs["maxlength"] = 254


class NewPasswordForm(PasswordChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # One form among others on its page: a reader begins at the top.
        del self.fields["old_password"].widget.attrs["autofocus"]


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
