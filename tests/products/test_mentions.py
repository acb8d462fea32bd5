"""@name: whom a text names, and where."""

import pytest

from products.mentions import members_named, mentioned, pieces
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    """Alice's; Bob, Bea-Ann and both anns are in it, Charlie isn't, Dora was deactivated."""
    product = cast.rota(cast.user("alice"))
    for name in ("bob", "bea-ann", "ann", "Ann", "jörg"):
        cast.join(product, cast.user(name, id=None), "viewer") if name != "Ann" else cast.join(
            product, second_ann(), "viewer"
        )
    cast.join(product, cast.user("dora", is_active=False), "viewer")
    cast.user("charlie")
    return product


def second_ann():
    return cast.User.objects.create(username="Ann", email="other@example.org")


def named(product, text):
    return [user.username for user in mentioned(text, members_named(product.pk, [text]))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", ["bob"]),
        ("Ask @bob. Or (@alice), please", ["bob", "alice"]),
        ("@BOB or @Bob", ["bob"]),
        ("@bob's", ["bob"]),
        ("@bob\n@bob", ["bob"]),
        ("@bea-ann-", ["bea-ann"]),
        ("@jo\u0308rg", ["jörg"]),
        # One of two that differ by a capital alone, and neither.
        ("@Ann", ["Ann"]),
        ("@ann", ["ann"]),
        ("@ANN", []),
        # Not a member, not one any more, nobody.
        ("@charlie @dora @nobody @", []),
        # Within a word, the beginning of a longer name, an address.
        ("me@bob mail bob@example.org @bobby @bob-x @@bob", []),
        ("", []),
    ],
)
def test_a_text_names_members(product, text, names):
    assert named(product, text) == names


def test_the_pieces_of_a_text_are_the_text(product):
    text = "To @bob, and @nobody: see <b> @alice."

    found = list(pieces(text, members_named(product.pk, [text])))

    assert "".join(piece for piece, _user in found) == text
    assert [piece for piece, user in found if user] == ["@bob", "@alice"]


def test_a_text_without_a_name_asks_nothing(product, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert members_named(product.pk, ["mail me at bob@example.org", ""]) == []
