"""allauth's pages that Userward offers, under its own addresses, and the account's own."""

from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.usersessions import views as sessions
from django.db import transaction
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from accounts import notification_views as told
from accounts import views
from accounts.access import commits_itself, public, signed_in
from accounts.after_answer import answers_first
from accounts.doors import counted_door, door
from accounts.first_password import first_password
from accounts.history import acting


class Base36(StringConverter):
    """A user's id in the link of a forgotten password; what follows its dash may hold dashes."""

    regex = "[0-9A-Za-z]+"


register_converter(Base36, "base36")


def _acting(view):
    """What the view writes is told in the history as done on the site, by whoever is signed in."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        user = request.user if request.user.is_authenticated else None
        with acting(means="session", user=user):
            return view(request, *args, **kwargs)

    return wrapped


def _for_anybody(view):
    return commits_itself(public(_acting(view)))


def _for_oneself(view):
    return commits_itself(signed_in(_acting(view)))


def _door(view):
    return commits_itself(public(counted_door(_acting(view))))


def _own_door(view):
    return commits_itself(signed_in(counted_door(_acting(view))))


urlpatterns = [
    path("sign-in/", door(_for_anybody(account.login)), name="account_login"),
    path("sign-out/", _for_anybody(account.logout), name="account_logout"),
    # One transaction: an account is there with its address, or not at all.
    path("sign-up/", _door(transaction.atomic(account.signup)), name="account_signup"),
    path("sign-in/inactive/", _for_anybody(account.account_inactive), name="account_inactive"),
    path("sign-in/code/", _door(second_factor.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", _door(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/again/", _own_door(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/again/code/", _own_door(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path(
        "sign-in/again/passkey/",
        _own_door(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "password/forgotten/",
        _door(answers_first(account.password_reset)),
        name="account_reset_password",
    ),
    path(
        "password/forgotten/sent/",
        _for_anybody(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/new/<base36:uidb36>-<str:key>/",
        _door(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/set/",
        _for_anybody(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path(
        "e-mail/confirm/",
        _for_anybody(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path(
        "e-mail/confirm/<str:key>/",
        _for_anybody(account.confirm_email),
        name="account_confirm_email",
    ),
    path("account/", views.account, name="account"),
    path("account/password/", _own_door(account.password_change), name="account_change_password"),
    path("account/password/first/", _own_door(first_password), name="account_set_password"),
    path("account/e-mail/", _own_door(account.email), name="account_email"),
    path("account/sessions/", _for_oneself(sessions.list_usersessions), name="usersessions_list"),
    path("account/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("account/second-factor/", _for_oneself(second_factor.index), name="mfa_index"),
    path("account/second-factor/app/", _own_door(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "account/second-factor/app/remove/",
        _for_oneself(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/second-factor/codes/",
        _for_oneself(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-factor/codes/new/",
        _for_oneself(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-factor/codes/download/",
        _for_oneself(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "account/second-factor/keys/",
        _for_oneself(webauthn.list_webauthn),
        name="mfa_list_webauthn",
    ),
    path(
        "account/second-factor/keys/new/",
        _for_oneself(webauthn.add_webauthn),
        name="mfa_add_webauthn",
    ),
    path(
        "account/second-factor/keys/<int:pk>/",
        _for_oneself(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/second-factor/keys/<int:pk>/remove/",
        _for_oneself(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/connections/", _for_oneself(social.connections), name="socialaccount_connections"
    ),
    path(
        "sign-in/elsewhere/cancelled/",
        _for_anybody(social.login_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path(
        "sign-in/elsewhere/failed/",
        _for_anybody(social.login_error),
        name="socialaccount_login_error",
    ),
    path(
        "sign-in/elsewhere/new/",
        _for_anybody(transaction.atomic(social.signup)),
        name="socialaccount_signup",
    ),
    path(
        "sign-in/<slug:provider_id>/go/",
        _for_anybody(openid_connect.login),
        name="openid_connect_login",
    ),
    path(
        "sign-in/<slug:provider_id>/back/",
        _for_anybody(openid_connect.callback),
        name="openid_connect_callback",
    ),
    path("account/data/", views.own_data, name="own_data"),
    path("account/tokens/", views.new_token, name="new_token"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("notifications/", told.notifications, name="notifications"),
    path("notifications/count/", told.notification_count, name="notification_count"),
    path("notifications/read/", told.notifications_read, name="notifications_read"),
    path("notifications/choices/", told.notification_choices, name="notification_choices"),
    path("notifications/stop/<str:token>/", told.mail_stop, name="stop_mail"),
    path("notifications/<int:pk>/", told.notification_open, name="notification_open"),
]
