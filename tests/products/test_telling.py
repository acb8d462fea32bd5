"""Who is told of what members do: those whom it concerns, never who did it, never a stranger."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from rest_framework.test import APIClient

from accounts.models import Kind, Notification, Token, User
from prioritisation.imports.services import import_ratings
from prioritisation.pipeline.transactions import writing
from products.following import MAX_FOLLOWED_AT_ONCE, Following, set_following
from products.members import remove_member
from products.models import Comment, Requirement
from products.pseudonymising import pseudonymise
from products.services import add_requirements
from tests import cast
from tests.cast import join, signed_in, user

pytestmark = pytest.mark.django_db(transaction=True)

SWAP = "/p/ROTA/requirements/1/"


@pytest.fixture
def rota(alice):
    """Alice's; Bob contributes, Vera views, Gil was a viewer and has left; Charlie is a stranger.
    All but Bob say that they follow the first requirement, Vera the second too."""
    product = cast.rota(alice)
    people = {name: user(name) for name in ("bob", "vera", "gil", "charlie")}
    for name, role in [("bob", "contributor"), ("vera", "viewer"), ("gil", "viewer")]:
        join(product, people[name], role)
    swap, sso, _dark = requirements(product)
    for one in (alice, people["vera"], people["gil"], people["charlie"]):
        set_following(user=one, requirement=swap, follows=True)
    set_following(user=people["vera"], requirement=sso, follows=True)
    remove_member(product.memberships.get(user=people["gil"]))
    return product


def requirements(product):
    return product.requirements.order_by("number")


def by(name):
    return signed_in(User.objects.get(username=name))


def told():
    """{(who, kind): title}; each is told once."""
    rows = Notification.objects.select_related("user").order_by("pk")
    found = {(row.user.username, row.kind): row.title for row in rows}
    assert len(found) == len(rows)
    return found


def followers(number=1):
    rows = Following.objects.filter(requirement__number=number, follows=True)
    return set(rows.values_list("user__username", flat=True))


class TestComments:
    def test_followers_and_those_mentioned_are_told(self, rota):
        by("bob").post(f"{SWAP}comments/", {"text": "@vera @charlie @gil @bob: see <b>ward 3</b>"})

        about = "ROTA-1: Swap shifts in two taps"
        assert told() == {
            ("vera", "mention"): f"bob mentions you in {about}",
            ("alice", "comment"): f"bob comments on {about}",
        }
        row = Notification.objects.get(kind=Kind.MENTION)
        assert (row.path, row.product) == (f"{SWAP}#comments", rota)
        assert row.text == "@vera @charlie @gil @bob: see <b>ward 3</b>"

    def test_a_mention_is_shown_as_one(self, rota):
        by("bob").post(f"{SWAP}comments/", {"text": "@vera and @charlie: <i>ward</i> 3"})

        page = by("bob").get(SWAP).content.decode()
        assert '<b class="mention" title="vera">@vera</b> and @charlie: &lt;i&gt;ward' in page

    def test_who_comments_follows(self, rota):
        by("bob").post(f"{SWAP}comments/", {"text": "Hm"})

        assert "bob" in followers()

    def test_a_refused_comment_tells_nobody_and_follows_nothing(self, rota):
        by("bob").post(f"{SWAP}comments/", {"text": " "})
        by("vera").post(f"{SWAP}comments/", {"text": "@bob"})  # a viewer

        assert told() == {}
        assert "bob" not in followers()

    def test_an_edit_tells_those_whom_it_mentions_anew(self, rota):
        bob = by("bob")
        bob.post(f"{SWAP}comments/", {"text": "@alice"})
        Notification.objects.filter(user__username="vera").delete()
        comment = Comment.objects.get()

        fields = {"text": "@alice and @vera", "version": comment.version}
        bob.post(f"{SWAP}comments/{comment.pk}/edit/", fields)

        assert told().keys() == {("alice", "mention"), ("vera", "mention")}

    def test_the_back_office_tells_too(self, rota):
        user("root", is_staff=True, is_superuser=True)
        fields = {"requirement": requirements(rota)[0].pk, "text": "Hello @bob", "seen_version": ""}

        answer = by("root").post("/admin/products/comment/add/", fields)

        assert answer.status_code == 302
        assert ("bob", "mention") in told()


class TestDecisions:
    def decided(self, **fields):
        version = Requirement.objects.get(number=1).version
        given = {"status": "idea", "decision": "", "version": version} | fields
        return by("alice").post(f"{SWAP}decide/", given)

    def test_followers_are_told_and_why(self, rota):
        self.decided(status="planned", decision="Nurses need it")

        assert told() == {
            ("vera", "decision"): "alice decides on ROTA-1: Swap shifts in two taps: planned"
        }
        row = Notification.objects.get()
        assert (row.text, row.path) == ("Nurses need it", SWAP)

    def test_a_reason_given_later_is_told(self, rota):
        self.decided(decision="It waits for the new server")

        assert told() == {
            ("vera", "decision"): "alice says why ROTA-1: Swap shifts in two taps is idea"
        }

    def test_what_decides_nothing_tells_nobody(self, rota):
        self.decided()
        Requirement.objects.filter(number=1).update(decision="So far")
        self.decided(decision="")

        assert told() == {}

    def test_several_at_once_are_told_in_one(self, rota):
        rows = [f"{one.number}.{one.version}" for one in requirements(rota)]
        fields = {"what": "status", "row": rows, "status": "declined", "decision": "Not this year"}

        assert by("alice").post("/p/ROTA/bulk/", fields).status_code == 302

        assert told() == {("vera", "decision"): "alice decides on 2 requirements that you follow"}
        row = Notification.objects.get()
        assert row.text.splitlines() == [
            "ROTA-1 Swap shifts in two taps: declined",
            "ROTA-2 Single sign-on: declined",
        ]

    def test_the_api_tells_too(self, rota):
        client = APIClient()
        text = Token.objects.issue(name="t", user=User.objects.get(username="alice"))[1]
        swap = requirements(rota)[0]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}", HTTP_IF_MATCH="*")

        answer = client.patch(
            f"/api/v1/requirements/{swap.pk}/", {"status": "in_progress"}, format="json"
        )

        assert answer.status_code == 200, answer.content
        assert ("vera", "decision") in told()

    def test_an_import_tells_too_and_makes_nobody_follow(self, rota):
        bob = User.objects.get(username="bob")
        sheet = (
            "title,status,rating:Nurse\nSwap shifts in two taps,planned,3\nPrint the week,idea,3\n"
        )

        with writing(means="command", user=bob):
            import_ratings(product=rota, text=sheet, basis="asked", by=bob)

        assert told().keys() == {("alice", "decision"), ("vera", "decision")}
        assert followers(4) == set()
        assert "bob" not in followers()


class TestFollowing:
    def test_who_adds_a_requirement_follows_it(self, rota):
        by("bob").post("/p/ROTA/requirements/new/", {"title": "Print", "status": "idea"})

        assert followers(4) == {"bob"}

    def test_who_rates_one_follows_it(self, rota):
        nurse = rota.personas.get(name="Nurse")
        fields = {"persona": nurse.pk, "value": 3, "basis": "asked", "note": ""}
        by("bob").post("/p/ROTA/requirements/2/rate/", fields)

        assert followers(2) == {"vera", "bob"}

    def test_who_unfollowed_one_stays_so_whatever_they_do(self, rota):
        bob = by("bob")
        bob.post(f"{SWAP}follow/", {"follows": "no"})
        bob.post(f"{SWAP}comments/", {"text": "Hm"})

        assert "bob" not in followers()
        by("alice").post(f"{SWAP}comments/", {"text": "Well"})
        assert not Notification.objects.filter(user__username="bob").exists()

    def test_a_viewer_may_follow_and_sees_so(self, rota):
        vera = by("vera")
        assert ">Unfollow</button>" in vera.get(SWAP).content.decode()

        vera.post(f"{SWAP}follow/", {"follows": "no"})

        assert ">Follow</button>" in vera.get(SWAP).content.decode()
        assert "vera" not in followers()

    def test_a_block_of_many_makes_nobody_follow(self, rota):
        made = add_requirements(
            product=rota,
            by=User.objects.get(username="bob"),
            requirements=[
                Requirement(title=f"{number}") for number in range(MAX_FOLLOWED_AT_ONCE + 1)
            ],
        )

        assert not Following.objects.filter(requirement__in=made).exists()

    def test_a_person_who_is_forgotten_follows_nothing(self, rota):
        pseudonymise(User.objects.get(username="vera"), means="command")

        assert followers() == {"alice", "gil", "charlie"}


class TestMembers:
    def test_another_role_is_told_once(self, rota):
        vera = rota.memberships.get(user__username="vera")
        by("alice").post(f"/p/ROTA/members/{vera.pk}/", {"role": 2, "version": vera.version})

        assert told() == {("vera", "membership"): "You are contributor of Rota now"}
        assert Notification.objects.get().text == "Changed by alice."

    def test_a_new_member_whom_somebody_else_made_is_told(self, rota):
        with writing(means="admin", user=User.objects.get(username="alice")):
            join(rota, User.objects.get(username="charlie"), "viewer")

        assert told() == {("charlie", "membership"): "You are viewer of Rota now"}

    def test_who_comes_in_by_themselves_is_told_nothing(self, rota):
        by("charlie").post("/products/new/", {"name": "Mine"})

        assert told() == {}


class TestInvitations:
    def invite(self, email="charlie@example.org"):
        return by("alice").post("/p/ROTA/members/", {"role": 1, "email": email, "days": 7})

    @pytest.fixture
    def confirmed(self, rota):
        charlie = User.objects.get(username="charlie")
        EmailAddress.objects.create(user=charlie, email=charlie.email, verified=True, primary=True)

    def test_who_confirmed_the_address_is_told_and_comes_in_without_the_link(
        self, rota, confirmed, settings
    ):
        settings.EMAIL_URL = "smtp://mail.example.org"

        self.invite("Charlie@example.org")

        assert told() == {("charlie", "membership"): "alice invites you to Rota"}
        row = Notification.objects.get()
        assert row.mail == "due"
        assert mail.outbox == []
        charlie = by("charlie")
        page = charlie.get(f"/notifications/{row.pk}/", follow=True).content.decode()
        assert "alice invites you as <b>viewer</b>" in page
        assert charlie.post(row.path)["Location"] == "/p/ROTA/"
        assert charlie.get("/p/ROTA/").status_code == 200

    def test_an_address_that_nobody_confirmed_opens_nothing_without_the_link(self, rota, settings):
        """Anybody may have signed up with it."""
        settings.EMAIL_URL = "smtp://mail.example.org"

        self.invite()

        row = Notification.objects.get()
        assert (str(row.user), row.mail) == ("charlie", "none")
        assert [message.to for message in mail.outbox] == [["charlie@example.org"]]
        charlie = by("charlie")
        assert "it is in your mail" in charlie.get(row.path).content.decode()
        assert charlie.post(row.path).status_code == 403
        assert charlie.get("/p/ROTA/").status_code == 404

    def test_somebody_without_an_account_gets_mail_where_mail_is_set(self, rota, settings):
        self.invite("new@example.org")
        assert mail.outbox == []

        settings.EMAIL_URL = "smtp://mail.example.org"
        self.invite("newer@example.org")

        assert [message.to for message in mail.outbox] == [["newer@example.org"]]
        assert told() == {}

    def test_a_link_for_whoever_has_it_is_told_nobody(self, rota):
        self.invite("")

        assert told() == {}

    def test_nobody_else_sees_it(self, rota, confirmed):
        self.invite()
        path = Notification.objects.get().path

        assert by("vera").get(path).status_code == 404
        assert by("vera").post(path).status_code == 404

    def test_revoked_it_lets_nobody_in(self, rota, confirmed):
        self.invite()
        invitation = rota.invitations.get()
        by("alice").post(f"/p/ROTA/invitations/{invitation.pk}/revoke/")
        path = Notification.objects.get().path

        assert by("charlie").post(path).status_code == 410
        assert "was revoked" in by("charlie").get(path).content.decode()
