"""What the library says of accounts is said in our words: pages, messages and mails."""

from datetime import UTC, datetime
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

from accounts.templatetags.browsers import browser_name

THEIRS = Path(allauth.__file__).parent / "templates"
#: of what isn't offered: codes by mail, telephones, an account by passkey alone, other providers
NOT_OFFERED = (
    "login_code", "reset_code", "reauthentication_code", "verification_code",
    "_by_code", "phone", "verified_email_required", "signup_by_passkey", "signup_form", "trust",
    "login_extra", "snippets/warn", "snippets/already", "base_", "/base",
    "account/email.html", "login_script", "account_connected_updated",
    "recovery_codes/base.html", "recovery_codes/download.txt",
)  # fmt: skip
FEATURES = ("account", "mfa", "socialaccount", "usersessions")


def told_by_the_library():
    for path in sorted(THEIRS.rglob("*")):
        name = str(path.relative_to(THEIRS))
        offered = not any(part in name for part in NOT_OFFERED)
        if path.is_file() and name.split("/")[0] in FEATURES and offered:
            yield name


def test_every_page_message_and_mail_is_ours():
    ours = f"{settings.BASE_DIR}/templates/"
    theirs = [
        name
        for name in told_by_the_library()
        if not get_template(name).origin.name.startswith(ours)
    ]

    assert theirs == []
    assert len(list(told_by_the_library())) > 60


def test_a_mail_says_what_was_done_when_and_from_where():
    told = {"ip": "10.0.0.1", "user_agent": "A phone's"}
    at = datetime(2026, 11, 29, 22, 5, tzinfo=UTC)

    text = render_to_string("account/email/password_changed_message.txt", told | {"timestamp": at})

    assert text.split("\n\n") == [
        "The password of your account was changed.",
        "It was done on 29 November 2026, 22:05 UTC, from 10.0.0.1, with A phone's.",
        "If it wasn’t you, set a new password at once and end all other sessions.",
        "Userward\n",
    ]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", "Unknown browser"),
    ],
)
def test_a_session_is_told_by_its_browser(user_agent, name):
    assert browser_name(user_agent) == name
