"""The forms of a second factor: each code is counted before it is looked at."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm

from accounts.forms import PlainWords
from accounts.sign_in_limits import CODES_PER_ACCOUNT, give_back, take


class CountsCodes(PlainWords):
    def clean_code(self):
        counted = [(CODES_PER_ACCOUNT, str(self.user.pk))]
        if not take(counted):
            raise get_adapter().validation_error("too_many_login_attempts")
        code = super().clean_code()
        give_back(counted)
        return code


class SignInCodeForm(CountsCodes, AuthenticateForm):
    pass


class CodeAgainForm(CountsCodes, ReauthenticateForm):
    pass


class FirstCodeForm(CountsCodes, ActivateTOTPForm):
    pass


class NewKeyForm(PlainWords, AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "To tell it from your others."
        alone = self.fields["passwordless"]
        alone.label, alone.help_text = (
            "Sign in with it alone",
            "Without a password: it asks for your fingerprint, face or PIN instead.",
        )


class RenamedKeyForm(PlainWords, EditWebAuthnForm):
    pass
