"""The control of test_mail.py: a sender that doesn't mark a mail before it hands it over."""

import os

import django
from django.core.management import call_command


def main():
    from accounts import notifications
    from accounts.models import Delivery

    mark = notifications._set

    def mark_afterwards(row, delivery):
        if delivery != Delivery.SENDING:
            mark(row, delivery)

    notifications._set = mark_afterwards
    call_command("send_mail", watch=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main()
