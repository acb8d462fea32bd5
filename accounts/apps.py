from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import receivers, second_factor_changes  # noqa: F401 - one connects itself

        receivers.connect()


class BackOfficeConfig(AdminConfig):
    """Django's admin, entered by the site's own sign-in."""

    default_site = "accounts.back_office.BackOffice"
