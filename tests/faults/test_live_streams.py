"""The live process: what it sends to whom, over a real connection; it can reach no database."""

import contextlib
import http.client
import time
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts import cut_offs
from accounts.cut_off_triggers import MAX_CUT_OFFS_OF_A_STATEMENT
from accounts.cut_offs import TICKET_SECONDS
from accounts.models import CutOff, User
from prioritisation.live import tickets as live
from prioritisation.live.streams import STREAMS_OF_A_USER, Streams
from prioritisation.pipeline import notify
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from products.models import Comment
from products.roles import Role
from products.services import create_product
from tests import cast, processes
from tests.faults.scenes import in_sql, rate
from tests.processes import eventually, free_port, live_status, own_cursor


@pytest.fixture(scope="module")
def port(django_db_setup):
    port = free_port()
    with processes.live(port):
        yield port


@pytest.fixture
def bob(product):
    bob = cast.user("bob")
    cast.join(product, bob, "viewer")
    return bob


@pytest.fixture
def ticketed(port, settings):
    """The address of a user's stream, as the site gives it to the user's browser."""
    settings.LIVE_URL = f"http://127.0.0.1:{port}/live/"

    def of(user, product):
        return live.live_url(user_id=user.pk, product_id=product.pk)

    return of


class Stream:
    """A browser's EventSource: the status, and the lines that come after the greeting."""

    def __init__(self, url):
        parts = urlsplit(url)
        self._connected = http.client.HTTPConnection(parts.netloc, timeout=5)
        self._connected.request("GET", f"{parts.path}?{parts.query}")
        self._answer = self._connected.getresponse()
        self.status, self.headers = self._answer.status, self._answer.headers
        if self.status == 200:
            assert self.lines(2) == [": here", ""]

    def lines(self, count):
        return [self._answer.readline().decode().rstrip("\n") for _ in range(count)]

    def news(self):
        """The next three lines that are no sign of life alone."""
        lines = self.lines(3)
        while lines[0] == ": still":
            lines = [*lines[2:], *self.lines(2)]
        return lines

    def rest(self):
        """All that still comes; returns when the other side closes."""
        return self._answer.read().decode()

    def close(self):
        self._answer.close()
        self._connected.close()


@pytest.fixture
def connect():
    with contextlib.ExitStack() as streams:
        yield lambda url: streams.enter_context(contextlib.closing(Stream(url)))


@pytest.fixture
def status(port, connect):
    """What the live process answers to a ticket."""
    return lambda ticket: connect(f"http://127.0.0.1:{port}/live/?ticket={ticket}").status


def signed(product, *, user_id=1, issued_at=None, **signer):
    values = [user_id, product.pk, int(time.time()) if issued_at is None else issued_at]
    return live.Signer(**{"salt": "prioritisation.live.tickets"} | signer).sign_object(values)


def versions_of(product, *values):
    found = []
    for value in values:
        rate(product, value)
        found.append(rescore(product.pk))
    return found


def lines_of(versions):
    return [line for version in versions for line in ("event: rescored", f"data: {version}", "")]


def test_each_rescore_sends_its_version_and_nothing_else(product, bob, ticketed, connect):
    stream = connect(ticketed(bob, product))

    versions = versions_of(product, 1, 2, 3)

    assert stream.headers["Content-Type"] == "text/event-stream"
    assert stream.headers["Access-Control-Allow-Origin"] == "*"
    assert stream.headers["Cache-Control"] == "no-store"
    assert stream.headers["X-Accel-Buffering"] == "no"
    assert "Set-Cookie" not in stream.headers
    assert None not in versions
    assert stream.lines(9) == lines_of(versions)


def test_who_is_told_something_hears_so_on_each_page_and_nobody_else(
    product, bob, ticketed, connect
):
    alice = product.memberships.get(role=Role.OWNER).user
    bobs_pages = [connect(ticketed(bob, product)) for _page in range(2)]
    alices_page = connect(ticketed(alice, product))

    with writing(means="session", user=alice):
        requirement = product.requirements.get(number=1)
        Comment.objects.create(
            product=product, requirement=requirement, author=alice, text="What do you say, @bob?"
        )

    for page in bobs_pages:
        assert page.news() == ["event: notified", "data: 0", ""]
    versions = versions_of(product, 1)
    assert alices_page.news() == lines_of(versions)


def test_a_ticket_opens_its_own_product_alone(product, bob, ticketed, connect):
    other = create_product(name="Other", owner=bob)
    stream = connect(ticketed(bob, other))

    versions_of(product, 1, 2)
    notify.publish(other.pk, 77)

    assert stream.lines(3) == lines_of([77])


def test_without_a_ticket_that_holds_nobody_hears_anything(product, port, connect, status):
    now = int(time.time())

    assert status(signed(product)) == 200  # the control
    assert status("") == 403
    assert status(signed(product)[:-1]) == 403
    assert status(signed(product, key="another key" * 5)) == 403
    assert status(signed(product, salt="another use")) == 403
    assert status(signed(product, issued_at=now - 301)) == 403
    assert status("%ff%00") == 403
    assert connect(f"http://127.0.0.1:{port}/?ticket={signed(product)}").status == 404


def test_one_user_has_so_many_streams_and_others_theirs(product, connect, status):
    def ticket(user_id):
        return signed(product, user_id=user_id)

    opened = [status(ticket(71)) for _stream in range(STREAMS_OF_A_USER)]

    assert opened == [200] * STREAMS_OF_A_USER
    assert status(ticket(71)) == 429
    assert status(ticket(72)) == 200


def test_a_closed_stream_makes_place_for_another(product, port, connect):
    def address():
        return f"http://127.0.0.1:{port}/live/?ticket={signed(product, user_id=73)}"

    streams = [connect(address()) for _stream in range(STREAMS_OF_A_USER)]
    assert connect(address()).status == 429
    streams[0].close()

    assert eventually(lambda: connect(address()).status == 200)


def test_a_stream_ends_with_its_ticket(product, port, connect):
    stream = connect(
        f"http://127.0.0.1:{port}/live/?ticket={signed(product, issued_at=int(time.time()) - 299)}"
    )

    assert stream.status == 200
    assert stream.rest() == ""


@pytest.mark.parametrize("change", ["removed", "made contributor", "product deleted"])
def test_a_changed_membership_ends_the_streams_of_that_member_alone(
    product, bob, ticketed, connect, client, change
):
    alice = User.objects.get(username="alice")
    client.force_login(alice)
    membership = product.memberships.get(user=bob)
    address = ticketed(bob, product)
    of_bob, of_alice = connect(address), connect(ticketed(alice, product))

    if change == "removed":
        client.post(reverse("member_remove", args=[product.key, membership.pk]))
    elif change == "made contributor":
        url = reverse("member_role", args=[product.key, membership.pk])
        client.post(url, {"role": "2", "version": membership.version})
    else:
        client.post(reverse("product_delete", args=[product.key]), {"key": product.key})

    assert of_bob.rest() == ""
    assert connect(address).status == 403
    if change == "product deleted":
        assert of_alice.rest() == ""
    else:
        notify.publish(product.pk, 99)
        assert of_alice.lines(3) == lines_of([99])


def test_who_joins_a_product_hears_of_it_from_that_second_on(
    product, ticketed, connect, client, port
):
    alice, carol = User.objects.get(username="alice"), cast.user("carol")
    client.force_login(alice)
    of_alice = connect(ticketed(alice, product))
    this_second = int(time.time())

    with writing(means="session", user=alice):
        cast.join(product, carol, "viewer")
    notify.publish(product.pk, 99)

    assert product.memberships.filter(user=carol).exists()
    assert of_alice.lines(3) == lines_of([99]), "so the live process has heard all before that"
    ticket = signed(product, user_id=carol.pk, issued_at=this_second)
    assert connect(f"http://127.0.0.1:{port}/live/?ticket={ticket}").status == 200


# --- whoever may hear no more hears no more, whatever ended it -----------------------------------
def sign_out(client, of):
    client.post("/sign-out/")


def end_the_session_elsewhere(client, of):
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login": "bob", "password": cast.PASSWORD})
    session = UserSession.objects.get(session_key=client.session.session_key)
    assert elsewhere.post(f"/account/sessions/{session.pk}/end/").status_code == 302


def change_the_password_elsewhere(client, of):
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login": "bob", "password": cast.PASSWORD})
    new = {"password1": "quite another horse", "password2": "quite another horse"}
    form = {"oldpassword": cast.PASSWORD, **new}
    assert elsewhere.post("/account/password/", form).status_code == 302
    assert elsewhere.get("/account/").status_code == 200


def leave(client, of):
    client.post(f"/p/{of['product'].key}/members/leave/")


def staff():
    sam = User.objects.filter(username="sam").first()
    return cast.signed_in(sam or cast.user("sam", is_staff=True, is_superuser=True))


def deactivate_in_the_admin(client, of):
    chosen = {"action": "deactivate", "_selected_action": [of["bob"].pk]}
    assert staff().post("/admin/accounts/user/", chosen).status_code == 302


def new_password_in_the_admin(client, of):
    new = {"password1": "quite another horse", "password2": "quite another horse"}
    form = {"usable_password": "true", **new}
    path = f"/admin/accounts/user/{of['bob'].pk}/password/"
    assert staff().post(path, form).status_code == 302


def deactivate_in_sql(client, of):
    in_sql("UPDATE accounts_user SET is_active = false WHERE username = 'bob'")


def remove_in_sql(client, of):
    in_sql("DELETE FROM products_membership WHERE user_id = %s", [of["bob"].pk])


def end_the_session_in_sql(client, of):
    in_sql("DELETE FROM django_session WHERE session_key = %s", [client.session.session_key])


def let_the_session_run_out_in_sql(client, of):
    in_sql(
        "UPDATE django_session SET expire_date = now() WHERE session_key = %s",
        [client.session.session_key],
    )


def end_all_sessions_in_sql(client, of):
    in_sql("TRUNCATE django_session")


#: what ends Bob's right → who else hears no more
ENDINGS = {
    sign_out: set(),
    end_the_session_elsewhere: set(),
    change_the_password_elsewhere: {"bob elsewhere"},
    leave: {"bob elsewhere"},
    deactivate_in_the_admin: {"bob elsewhere"},
    new_password_in_the_admin: {"bob elsewhere"},
    deactivate_in_sql: {"bob elsewhere"},
    remove_in_sql: {"bob elsewhere"},
    end_the_session_in_sql: set(),
    let_the_session_run_out_in_sql: set(),
    end_all_sessions_in_sql: {"bob elsewhere", "alice"},
}


def live_of(client, product):
    return client.get(reverse("standing", args=[product.key])).json()["live"]


def sign_in(name):
    client = Client()
    client.post("/sign-in/", {"login": name, "password": cast.PASSWORD})
    return client


@pytest.fixture
def heard(product, bob, ticketed, connect):
    """What Bob's browser, his phone and Alice's browser listen to."""
    clients = {"bob": sign_in("bob"), "bob elsewhere": sign_in("bob"), "alice": sign_in("alice")}
    addresses = {who: live_of(client, product) for who, client in clients.items()}
    streams = {who: connect(address) for who, address in addresses.items()}
    assert {stream.status for stream in streams.values()} == {200}
    return clients["bob"], addresses["bob"], streams


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_who_may_hear_no_more_hears_no_more(product, bob, heard, connect, sweeper, end):
    client, address, streams = heard
    ended = {"bob", *ENDINGS[end]}

    end(client, {"bob": bob, "product": product})

    begun = time.monotonic()
    assert {streams[who].rest() for who in ended} == {""}
    assert time.monotonic() - begun < 5
    assert connect(address).status == 403
    notify.publish(product.pk, 99)
    for who in streams.keys() - ended:
        assert streams[who].lines(3) == lines_of([99])


@pytest.mark.parametrize("end", [sign_out, deactivate_in_the_admin, leave])
def test_a_page_ends_streams_at_once_without_the_sweeper(product, bob, heard, end):
    client, _address, streams = heard

    end(client, {"bob": bob, "product": product})

    assert streams["bob"].rest() == ""


def test_the_control_without_triggers_a_stream_goes_on(product, bob, heard, sweeper):
    _client, _address, streams = heard
    end = "UPDATE accounts_user SET is_active = false WHERE username = 'bob'"

    in_sql(f"BEGIN; SET LOCAL session_replication_role = replica; {end}; COMMIT")

    time.sleep(1)
    notify.publish(product.pk, 99)
    assert streams["bob"].lines(3) == lines_of([99])


def test_a_ticket_got_while_the_removal_was_not_committed_is_void(
    product, bob, ticketed, connect, sweeper
):
    client = sign_in("bob")
    with own_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("DELETE FROM products_membership WHERE user_id = %s", [bob.pk])
        address = live_of(client, product)
        stream = connect(address)
        assert stream.status == 200
        cursor.execute("COMMIT")

    assert stream.rest() == ""
    assert connect(address).status == 403


def test_a_ticket_of_the_very_moment_of_a_cut_off_is_void():
    """The right that it stands for may have been looked up just before."""
    streams, at = Streams(), time.time()
    streams._cut([(5, 1, None, at)])

    with pytest.raises(PermissionError), streams.listening(live.Ticket(5, 1, at)):
        pass
    with streams.listening(live.Ticket(5, 1, at + 0.001)):
        pass


def test_a_cut_off_that_is_told_again_lets_in_no_younger_ticket():
    """The sweeper repeats an earlier one after a later one was told."""
    streams, at = Streams(), time.time()
    streams._cut([(5, 1, None, at)])
    streams._cut([(5, 1, None, at - 10)])

    with pytest.raises(PermissionError), streams.listening(live.Ticket(5, 1, at - 5)):
        pass


def test_a_cut_off_is_kept_as_long_as_a_ticket_from_before_is_good():
    streams, now = Streams(), time.time()
    streams._cut([(5, 1, None, now - TICKET_SECONDS - 1), (6, 1, None, now)])
    streams._cut([])

    assert streams._cut_off.keys() == {(6, 1, None)}


def test_the_sweeper_waits_for_nobody_and_tells_nothing_that_has_no_time_yet(product, bob):
    """A request tells a cut-off just now: it holds the row, which says when it was told only after
    its COMMIT."""
    CutOff.objects.all().delete()
    in_sql("DELETE FROM products_membership WHERE user_id = %s", [bob.pk])
    with own_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE accounts_cutoff SET told_at = 1")
        with own_cursor() as impatient, mock.patch.object(cut_offs, "connection") as ours:
            ours.cursor.return_value.__enter__.return_value = impatient
            impatient.execute("SET lock_timeout = 100")
            assert cut_offs.cut_offs_that_matter() == []
        cursor.execute("ROLLBACK")

    assert [who for *who, _at in cut_offs.cut_offs_that_matter()] == [[bob.pk, product.pk, None]]


def test_a_ticket_is_not_younger_than_the_look_at_the_right(settings):
    settings.LIVE_URL = "/live/"
    looked_at = int(time.time()) + 0.9996

    address = live.live_url(user_id=5, product_id=1, asked_at=looked_at)

    [text] = parse_qs(urlsplit(address).query)["ticket"]
    assert live.read_ticket(text).issued_at <= looked_at


def test_a_live_process_started_since_takes_no_ticket_from_before(
    product, bob, ticketed, connect, sweeper
):
    address = live_of(sign_in("bob"), product)
    in_sql("DELETE FROM products_membership WHERE user_id = %s", [bob.pk])
    eventually(lambda: connect(address).status == 403)

    port = free_port()
    with processes.live(port):
        again = urlsplit(address)._replace(netloc=f"127.0.0.1:{port}").geturl()
        eventually(lambda: connect(again).status == 403, within=5)


def test_many_rights_ended_by_one_statement_end_all_streams(product, bob, heard, sweeper, connect):
    many = MAX_CUT_OFFS_OF_A_STATEMENT + 1
    in_sql(
        "INSERT INTO django_session SELECT 'old' || n, '', now() + interval '1 day'"
        f" FROM generate_series(1, {many}) n"
    )

    in_sql("DELETE FROM django_session WHERE session_key LIKE 'old%%'", [])

    _client, _address, streams = heard
    assert [stream.rest() for stream in streams.values()] == ["", "", ""]
    in_sql("UPDATE accounts_cutoff SET told_at = told_at - 301")
    eventually(lambda: not CutOff.objects.exists())


def test_streams_end_without_redis_and_come_again_with_it(product, connect):
    with processes.valkey() as broker:
        port = free_port()
        with processes.live(port, REDIS_URL=broker.url):
            address = f"http://127.0.0.1:{port}/live/?ticket={signed(product)}"
            stream = connect(address)
            broker.kill()

            assert stream.rest() == ""
            assert connect(address).status == 503

            broker.start()
            eventually(lambda: live_status(port) == 403, within=10)
            again = connect(address)
            with redis.Redis.from_url(broker.url) as client:
                client.publish(f"userward:0:rescored:{product.pk}", 5)
            assert again.lines(3) == lines_of([5])

            broker.pause()
            assert again.rest() == ""
            broker.resume()
