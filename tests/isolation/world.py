"""Who asks, and how a request about the first product becomes one about the second."""

import datetime
import re
from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import Token, User
from products.models import Product
from products.roles import Role
from tests.cast import another_change, join, user
from tests.isolation.sides import (
    FOREIGN_IDS,
    IDS_OF_A_TABLE,
    MISSING_IDS,
    ROLES,
    make_side,
    start_ids_at,
)

#: a word that a product keeps to itself, and the product's letter
KEPT = re.compile(r"(?i)kept([ab])[a-z]+\d*")
#: a whole number, key or word in a path, a query or a body
NAMED = re.compile(r"(?<![\w#-])(?:\d+|ROTA[ABX]|(?i:kept[abx][a-z]+\d*))(?!\w)|(?<=[a-z]\.)\d+\b")
#: the same anywhere in an answer, such as in ROTAA-41
SHOWN = re.compile(r"(?<!\d)\d+(?!\d)|ROTA[ABX](?![A-Z0-9])|(?i:kept[abx][a-z]+\d*)")
PAST = timezone.now() - datetime.timedelta(days=1)


@dataclass
class Actor:
    """Somebody who asks, by a session or a token; `role` is what they are in the first product."""

    name: str
    role: Role | None = None
    who: User | None = None
    token: str = ""
    product: Product | None = None
    """Of the one whose token it is."""
    staff: str = ""
    """What staff may do in the back office: "nothing", "view" or "change"."""
    opens: frozenset = frozenset()
    """The URLs that a token was made for, where not all."""
    client: Client = None

    @property
    def user_id(self):
        return self.who.pk if self.who and not self.product else None


def _signed_in(who):
    client = Client(raise_request_exception=False)
    client.force_login(who)
    return client


def _bearer(text):
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {text}"})


class World:
    """The first product is the actors' own, the second is foreign to all of them."""

    def __init__(self):
        self.own, self.foreign = make_side("a"), make_side("b")
        start_ids_at(2 * MISSING_IDS + MISSING_IDS)
        self.actors = {one.name: one for one in self._everybody()}
        #: rows that the contributor wrote
        self.contributors = {
            (row._meta.db_table, row.pk)
            for kind in ("requirements", "ratings", "comments", "adoption-readings", "scenarios")
            for row in [self.own.rows[kind][1]]
        }
        self.own_numbers = [row.number for row in self.own.rows["requirements"]]
        self.foreign_numbers = [row.number for row in self.foreign.rows["requirements"]]
        another_change()

    def _everybody(self):
        yield Actor("anonymous", client=Client(raise_request_exception=False))
        stranger = user("stranger")
        yield Actor("stranger", who=stranger, client=_signed_in(stranger))
        for role in ROLES:
            who = self.own.people[role]
            yield Actor(role.label, role, who, client=_signed_in(who))
        yield self._former()
        yield self._demoted()
        yield from self._bearers()
        for may in ("nothing", "view", "change"):
            who = user(f"staff {may}", is_staff=True)
            if may != "nothing":
                allowed = Permission.objects.filter(codename__startswith=f"{may}_")
                who.user_permissions.set(allowed)
                if may == "change":
                    who.user_permissions.add(
                        *Permission.objects.filter(codename__startswith="view_")
                    )
            yield Actor(f"staff who may {may}", who=who, staff=may, client=_signed_in(who))

    def _former(self):
        """They were the second product's owner, and still have their session."""
        who = user("former")
        membership = join(self.foreign.product, who, "owner")
        client = _signed_in(who)
        client.get(f"/p/{self.foreign.key}/")
        membership.delete()
        return Actor("former member", who=who, client=client)

    def _demoted(self):
        who = user("demoted")
        membership = join(self.own.product, who, "owner")
        client = _signed_in(who)
        client.get(f"/p/{self.own.key}/")
        membership.role = Role.VIEWER
        membership.save(update_fields=["role"])
        return Actor("just demoted", Role.VIEWER, who, client=client)

    def _bearers(self):
        owner = self.own.people[Role.OWNER]

        def issue(name, **given):
            return Token.objects.issue(name=name, user=owner, **given)[1]

        expired, revoked = issue("expired"), issue("revoked")
        Token.objects.filter(name="expired").update(expires_at=PAST)
        Token.objects.filter(name="revoked").revoke()
        yield Actor("expired token", client=_bearer(expired), token=expired)
        yield Actor("revoked token", client=_bearer(revoked), token=revoked)
        whole = issue("whole")
        yield Actor("owner's token", Role.OWNER, owner, whole, client=_bearer(whole))
        narrow = issue("narrow", scopes=["personas:read"])
        opens = frozenset({"api_me", "api_personas", "api_persona"})
        yield Actor("narrow token", Role.VIEWER, owner, narrow, opens=opens, client=_bearer(narrow))
        robot = Token.objects.issue(name="robot", product=self.own.product)[1]
        yield Actor(
            "product's token", Role.MAINTAINER, token=robot, product=self.own.product,
            client=_bearer(robot),
        )  # fmt: skip

    def tokens(self, text):
        """What `text` names of the first product: ids, numbers, the key, words of its own."""
        return sorted({match[0] for match in NAMED.finditer(text) if self._kind(match[0])})

    def foreign_of(self, text, only=None):
        """`text` with all that it names of the first product, or `only` one token, named of the
        second."""
        return self._swap(text, self._foreign, only)

    def missing_of(self, text, only=None):
        """The same named of nothing, as long as it was."""
        return self._swap(text, self._missing, only)

    def plain_of(self, text):
        """`text` without what is named of the second product or of nothing."""
        return SHOWN.sub(self._unnamed, text)

    def value(self, kind):
        """What a client would put into a field that isn't theirs to set."""
        foreign = self.foreign
        return {
            "user": self.own.people[Role.MAINTAINER].pk,
            "key": foreign.key,
            "product": foreign.product.pk,
            "row": foreign.rows["requirements"][0].pk,
            "number": foreign.rows["requirements"][0].number,
            "owner": "owner",
            "yes": True,
        }[kind]

    def _swap(self, text, named, only):
        def swapped(match):
            kind = self._kind(match[0])
            chosen = kind and only in (None, match[0])
            return named(kind, match[0]) if chosen else match[0]

        return NAMED.sub(swapped, text)

    def _kind(self, token):
        if token == self.own.key:
            return "key"
        if not token.isdecimal():
            return "word" if token.lower().startswith("kepta") else ""
        found = int(token)
        if found in self.own_numbers:
            return "number"
        of_ours = found > IDS_OF_A_TABLE and 0 < found % IDS_OF_A_TABLE < MISSING_IDS
        return "id" if of_ours else ""

    def _foreign(self, kind, token):
        if kind == "number":
            return str(self.foreign_numbers[self.own_numbers.index(int(token))])
        if kind == "id":
            return str(int(token) + FOREIGN_IDS - 1)
        return self.foreign.key if kind == "key" else token.replace("kepta", "keptb")

    def _missing(self, kind, token):
        if kind == "number":
            return str(int(token) + 20)
        if kind == "id":
            return str(int(token) + MISSING_IDS)
        return "ROTAX" if kind == "key" else token.replace("kepta", "keptx")

    def _unnamed(self, match):
        token = match[0]
        if token in (self.foreign.key, "ROTAX"):
            return "KEY"
        if not token.isdecimal():
            return "WORD" if token.startswith(("keptb", "keptx")) else token
        found = int(token)
        of_numbers = (*self.foreign_numbers, *(one + 20 for one in self.own_numbers))
        # Those of the first product follow on 0; what a request inserts has others each time.
        other = found > IDS_OF_A_TABLE and found % IDS_OF_A_TABLE > MISSING_IDS
        return "ID" if found in of_numbers or other else token
