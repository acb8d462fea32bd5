"""What is said about a requirement: by members, edited by who said it, cleared by maintainers."""

import pytest

from products.models import Comment
from tests import cast
from tests.cast import signed_in
from tests.requirements.pages import text

pytestmark = pytest.mark.django_db

SWAP = "/p/ROTA/requirements/1/"


@pytest.fixture
def said(rota, bob, swap):
    """Bob's "See ward 3"."""
    return Comment.objects.create(product=rota, requirement=swap, author=bob, text="See ward 3")


def edited(said, who, **fields):
    return signed_in(who).post(f"{SWAP}comments/{said.pk}/edit/", fields)


def test_a_comment_is_kept_and_shown_as_text(rota, bob):
    answer = signed_in(bob).post(f"{SWAP}comments/", {"text": "See <b>ward 3</b>"})

    assert answer.headers["Location"] == f"{SWAP}#comments"
    comment = Comment.objects.get()
    assert (comment.author, comment.requirement.number) == (bob, 1)
    assert "See &lt;b&gt;ward 3&lt;/b&gt;" in signed_in(bob).get(SWAP).content.decode()


@pytest.mark.parametrize(
    ("words", "error"),
    [(" ", "required"), ("a\x00b", "Null characters"), ("x" * 10_001, "at most 10000 characters")],
)
def test_an_impossible_comment_is_told_beside_its_field(rota, bob, words, error):
    answer = signed_in(bob).post(f"{SWAP}comments/", {"text": words})

    assert answer.status_code == 422
    assert error in text(answer)
    assert 'id="comment_text_error"' in answer.content.decode()
    assert not Comment.objects.exists()


def test_who_wrote_it_edits_it_and_its_earlier_wording_can_be_read(said, bob, client):
    form = signed_in(bob).get(f"{SWAP}?comment={said.pk}").content.decode()
    assert f'action="{SWAP}comments/{said.pk}/edit/"' in form

    answer = edited(said, bob, text="See ward 4", version=said.version)

    assert answer.headers["Location"] == f"{SWAP}#comments"
    words = text(client.get(SWAP))
    assert "See ward 4 edited" in words
    assert "See ward 3" in words


def test_nobody_else_edits_it(said, client, alice):
    assert edited(said, alice, text="No", version=said.version).status_code == 403
    assert "?comment=" not in client.get(SWAP).content.decode()
    form = client.get(f"{SWAP}?comment={said.pk}").content.decode()
    assert f"comments/{said.pk}/edit/" not in form


def test_edited_in_two_windows_it_shows_both_wordings(said, bob):
    edited(said, bob, text="See ward 4", version=said.version)

    answer = edited(said, bob, text="See ward 5", version=said.version)

    assert answer.status_code == 409
    words = text(answer)
    assert "saved while you were typing" in words
    assert "Choose for each field" in words
    page = answer.content.decode()
    assert "See ward 5</textarea>" in page
    said.refresh_from_db()
    assert said.text == "See ward 4"
    again = edited(said, bob, text="See ward 5", version=said.version)
    assert again.status_code == 302


def test_who_wrote_it_and_maintainers_delete_it(said, rota, swap, alice, bob, client):
    alices = Comment.objects.create(product=rota, requirement=swap, author=alice, text="No")

    refused = signed_in(bob).post(f"{SWAP}comments/{alices.pk}/delete/")
    own = signed_in(bob).post(f"{SWAP}comments/{said.pk}/delete/")

    assert (refused.status_code, own.status_code) == (403, 302)
    assert client.post(f"{SWAP}comments/{alices.pk}/delete/").status_code == 302
    assert not Comment.objects.exists()
    assert Comment.pgh_event_model.objects.filter(pgh_label="delete").count() == 2


@pytest.mark.parametrize("end", ["edit/", "delete/"])
def test_strangers_viewers_and_other_requirements_find_none(said, rota, bob, end):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    address = f"{SWAP}comments/{said.pk}/{end}"

    assert signed_in(cast.user("charlie")).post(address).status_code == 404
    assert signed_in(vera).post(address).status_code == 403
    elsewhere = address.replace("requirements/1/", "requirements/2/")
    assert signed_in(bob).post(elsewhere).status_code == 404
    assert Comment.objects.get() == said


class TestWhomOneMayMention:
    def names(self, client, begun):
        answer = client.get("/p/ROTA/mentionable/", {"q": begun})
        return [person["name"] for person in answer.json()["people"]]

    def test_members_by_the_beginning_of_a_name(self, rota, alice, bob):
        cast.user("bea")  # a stranger
        cast.join(rota, cast.user("bert", is_active=False), "viewer")

        assert self.names(signed_in(bob), "B") == ["bob"]
        assert self.names(signed_in(bob), "ames") == ["alice"]
        assert self.names(signed_in(bob), "") == ["alice", "bob"]
        assert self.names(signed_in(bob), "x\x00%_") == []

    def test_strangers_and_viewers_get_none(self, rota):
        vera = cast.user("vera")
        cast.join(rota, vera, "viewer")

        for who, status in [(vera, 403), (cast.user("charlie"), 404)]:
            assert signed_in(who).get("/p/ROTA/mentionable/").status_code == status
