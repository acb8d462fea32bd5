"""Who is told of what, and that each mail goes out once or is told as doubtful."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import notifications
from accounts.models import Delivery, Kind, Notification
from accounts.notifications import choose, notify, send_due_mail, unsubscribe_token
from products.members import remove_member
from tests import cast
from tests.processes import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob():
    return cast.user("bob")


def tell(*users, kind=Kind.MENTION, once="comment 1", **fields):
    told = {
        "title": "Alice mentions you in ROTA-1",
        "text": "What do <you> think?",
        "path": "/p/ROTA/1/",
    }
    notify(users, kind, told_once_as=once, **told | fields)


def due_now():
    Notification.objects.update(mail_at=timezone.now() - timedelta(seconds=1))


def test_somebody_is_told_once(bob):
    tell(bob)
    tell(bob)

    assert [str(row) for row in bob.notifications.all()] == ["Alice mentions you in ROTA-1"]


def test_nobody_is_told_who_wants_neither(bob):
    choose(bob, Kind.MENTION, on_page=False, by_mail=False)

    tell(bob)

    assert not Notification.objects.exists()


def test_nobody_is_told_whose_account_is_switched_off():
    tell(cast.user("bob", is_active=False))

    assert not Notification.objects.exists()


def test_a_title_is_cut_to_what_its_column_holds(bob):
    tell(bob, title="x" * 301)

    assert bob.notifications.get().title == "x" * 300


def test_a_title_adds_no_header_to_its_mail(bob, mail_server):
    tell(bob, title="Rota\r\nBcc: eve@example.org")

    send_due_mail()

    [message] = mail_server.taken
    assert message["Subject"] == "Userward: Rota Bcc: eve@example.org"
    assert "Bcc" not in message


def test_a_mail_is_text_and_html_and_says_how_to_stop_it(bob, mail_server):
    tell(bob)

    assert send_due_mail() == 1

    [message] = mail_server.taken
    assert (message["To"], message["Subject"]) == (
        "bob@example.org",
        "Userward: Alice mentions you in ROTA-1",
    )
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "What do <you> think?" in text
    assert "What do &lt;you&gt; think?" in html
    assert "http://127.0.0.1:8000/p/ROTA/1/" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/notifications/stop/" in message["List-Unsubscribe"]


def test_what_was_sent_is_sent_no_more(bob, mail_server):
    tell(bob)
    send_due_mail()
    due_now()

    assert send_due_mail() == 0
    assert len(mail_server.taken) == 1


def test_while_the_mail_server_is_down_a_mail_waits(bob, mail_server, settings):
    settings.EMAIL_PORT = free_port()
    tell(bob)

    assert send_due_mail() == 0
    row = Notification.objects.get()
    assert (row.mail, row.mail_failures) == (Delivery.DUE, 1)
    assert row.mail_at > timezone.now(), "after a pause"

    settings.EMAIL_PORT = mail_server.port
    due_now()
    assert send_due_mail() == 1
    assert len(mail_server.taken) == 1


def test_a_mail_that_the_server_takes_later_is_due_again(bob, mail_server):
    mail_server.answer = "451 Try again later"
    tell(bob)

    send_due_mail()
    assert Notification.objects.get().mail == Delivery.DUE

    mail_server.answer = "250 OK"
    assert send_due_mail() == 0, "not before its pause is over"
    due_now()
    assert send_due_mail() == 1


@pytest.mark.parametrize("away", [False, True])
def test_pauses_grow(bob, mail_server, settings, away):
    """Up to an hour; a server that is away says nothing against the mail: up to a minute."""
    mail_server.answer = "451 Try again later"
    if away:
        settings.EMAIL_PORT = free_port()
    tell(bob)

    longest = 60 if away else 3600
    grow = [(0, 5), (1, 10), (5, 160), (10, 3600), (1000, 3600)]
    for failures, seconds in [(failures, min(seconds, longest)) for failures, seconds in grow]:
        Notification.objects.update(mail_failures=failures)
        due_now()
        begun = timezone.now()
        send_due_mail()
        row = Notification.objects.get()
        assert (row.mail_at - begun).total_seconds() == pytest.approx(seconds, abs=4.5)
        assert row.mail_failures == min(failures + 1, 1000)


def test_while_the_mail_server_is_away_it_is_asked_once_a_go(bob, mail_server, settings):
    settings.EMAIL_PORT = free_port()
    for number in range(3):
        tell(bob, once=f"comment {number}")

    send_due_mail()

    assert Notification.objects.filter(mail_failures=1).count() == 1


def test_a_mail_that_cant_be_made_holds_up_no_other(bob, mail_server, monkeypatch):
    def refuse(row):
        return (_ for _ in ()).throw(ValueError) if row.title == "Strange" else made(row)

    made = notifications._message
    monkeypatch.setattr(notifications, "_message", refuse)
    tell(bob, once="1", title="Strange")
    tell(bob, once="2")

    assert send_due_mail() == 1

    assert [row.mail for row in Notification.objects.order_by("pk")] == ["refused", "sent"]


def test_a_go_ends_when_it_isnt_wanted_any_more(bob, mail_server):
    tell(bob)

    assert send_due_mail(wanted=lambda: False) == 0

    assert Notification.objects.get().mail == Delivery.DUE


def test_the_command_sends_what_is_due_and_says_how_many(bob, mail_server, monkeypatch, capsys):
    monkeypatch.setattr(notifications, "MAX_MAILS_A_GO", 2)
    for number in range(3):
        tell(bob, once=f"comment {number}")

    call_command("send_mail")

    assert capsys.readouterr().out == "3 sent\n"


def test_who_left_a_product_is_told_no_more_of_it(bob, mail_server):
    product = cast.rota(cast.user("alice"))
    membership = cast.join(product, bob, "viewer")
    tell(bob, product=product)
    tell(bob, kind=Kind.MEMBERSHIP, once="role", product=product, title="You are viewer of Rota")
    remove_member(membership)
    client = cast.signed_in(bob)

    assert send_due_mail() == 1

    assert [message["Subject"] for message in mail_server.taken] == [
        "Userward: You are viewer of Rota"
    ]
    page = client.get("/notifications/").content.decode()
    assert "Alice mentions" not in page
    assert "1 unread" in page
    row = Notification.objects.get(kind=Kind.MENTION)
    assert client.get(f"/notifications/{row.pk}/").status_code == 404


def test_one_go_sends_so_many_and_leaves_the_rest(bob, mail_server, monkeypatch):
    monkeypatch.setattr(notifications, "MAX_MAILS_A_GO", 2)
    for number in range(3):
        tell(bob, once=f"comment {number}")

    assert send_due_mail() == 2
    assert send_due_mail() == 1


def test_whose_account_is_switched_off_meanwhile_gets_no_mail(bob, mail_server):
    tell(bob)
    type(bob).objects.update(is_active=False)

    assert send_due_mail() == 0

    assert Notification.objects.get().mail == Delivery.NONE


def test_a_mail_that_the_server_refuses_for_good_is_told_as_refused(bob, mail_server):
    mail_server.answer = "550 No such user"
    tell(bob)

    send_due_mail()
    due_now()
    send_due_mail()

    assert Notification.objects.get().mail == Delivery.REFUSED


def test_one_that_the_sender_was_killed_over_is_told_as_doubtful_not_sent_twice(bob, mail_server):
    tell(bob)
    Notification.objects.update(
        mail=Delivery.SENDING,
        mail_at=timezone.now() - notifications.DOUBTFUL_AFTER - timedelta(seconds=1),
    )

    assert send_due_mail() == 0

    assert Notification.objects.get().mail == Delivery.DOUBTFUL
    client = Client()
    client.force_login(bob)
    assert "it may not have reached you by mail" in client.get("/notifications/").content.decode()


def test_one_that_is_being_sent_is_no_doubt_yet(bob, mail_server):
    tell(bob)
    Notification.objects.update(mail=Delivery.SENDING, mail_at=timezone.now())

    send_due_mail()

    assert Notification.objects.get().mail == Delivery.SENDING


def test_before_a_mail_is_handed_over_it_is_marked_as_being_sent(bob, mail_server, monkeypatch):
    """Else: it is taken, we are killed, and it is sent again."""
    at_the_server = []
    send = notifications.EmailMultiAlternatives.send

    def look_and_send(message):
        at_the_server.append(Notification.objects.get().mail)
        return send(message)

    monkeypatch.setattr(notifications.EmailMultiAlternatives, "send", look_and_send)
    tell(bob)

    send_due_mail()

    assert at_the_server == [Delivery.SENDING]


def test_a_server_that_goes_in_the_middle_leaves_a_doubt(bob, mail_server, monkeypatch):
    monkeypatch.setattr("smtplib.SMTP.sendmail", lambda *_a, **_k: (_ for _ in ()).throw(OSError))
    tell(bob)

    send_due_mail()

    assert Notification.objects.get().mail == Delivery.DOUBTFUL


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_each_mail_once(bob, mail_server):
    for number in range(10):
        tell(bob, once=f"comment {number}")

    def send():
        try:
            send_due_mail()
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(mail_server.taken) == len({message["Message-ID"] for message in mail_server.taken})
    assert len(mail_server.taken) == 10


@pytest.mark.django_db(transaction=True)
def test_a_sender_passes_over_what_another_has_locked(bob, mail_server):
    for number in range(2):
        tell(bob, once=f"comment {number}")
    first = Notification.objects.earliest("mail_at", "pk")
    locked, sent = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Notification.objects.select_for_update().get(pk=first.pk)
            locked.set()
            sent.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        assert send_due_mail() == 1
    finally:
        sent.set()
        holder.join()
        connection.close()


def test_one_click_stops_the_mail_of_one_kind(bob):
    path = f"/notifications/stop/{unsubscribe_token(bob, Kind.MENTION)}/"

    Client().get(path)
    tell(bob, once="before")
    Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    tell(bob, once="after")

    assert [row.mail for row in bob.notifications.order_by("id")] == [Delivery.DUE, Delivery.NONE]


def test_a_forged_link_stops_nothing(bob):
    assert Client().post("/notifications/stop/x:y/").status_code == 404


class TestThePage:
    @pytest.fixture
    def client(self, bob):
        client = Client()
        client.force_login(bob)
        return client

    def test_shows_what_is_new_until_it_is_read(self, client, bob):
        tell(bob)

        assert ">1</b>" in client.get("/notifications/count/").content.decode()
        row = bob.notifications.get()
        assert client.get(f"/notifications/{row.pk}/")["Location"] == "/p/ROTA/1/"
        assert "</b>" not in client.get("/notifications/count/").content.decode()

    def test_marks_all_as_read(self, client, bob):
        tell(bob)
        client.post("/notifications/read/")

        assert "All read" in client.get("/notifications/").content.decode()

    def test_keeps_what_one_chooses(self, client, bob):
        client.post("/notifications/choices/", {"mention-page": "on", "weekly-mail": "on"})

        chosen = notifications.choices_of(bob)
        assert chosen[Kind.MENTION] == (True, False)
        assert chosen[Kind.WEEKLY] == (False, True)
        assert chosen[Kind.DECISION] == (False, False)

    def test_leads_to_no_other_site(self, client, bob):
        tell(bob, path="//evil.example/")

        assert client.get(f"/notifications/{bob.notifications.get().pk}/").status_code == 404

    def test_shows_the_newest_of_many(self, client, bob, monkeypatch):
        monkeypatch.setattr("accounts.notification_views.MAX_SHOWN", 1)
        tell(bob, once="1", title="The older")
        tell(bob, once="2", title="The newer")

        page = client.get("/notifications/").content.decode()

        assert "The newer" in page
        assert "The older" not in page

    def test_shows_nobody_anothers(self, client):
        tell(cast.user("alice"))
        row = Notification.objects.get()

        assert client.get(f"/notifications/{row.pk}/").status_code == 404
        assert "Alice mentions" not in client.get("/notifications/").content.decode()
