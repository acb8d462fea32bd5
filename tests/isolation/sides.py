"""Two products that must not know of each other, with one of everything in each.

Every text of a product holds a word that nobody outside may read: `kept` and the product's letter,
such as `keptatitle1`. Around it are words that an outsider may know, and search for.
"""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection, transaction

from accounts.models import Token
from accounts.notifications import Kind, notify
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating
from prioritisation.models.analyses import Analysis
from prioritisation.pipeline.rescoring import rescore
from products.invitations import invite
from products.models import Comment, Product, Requirement
from products.roles import Role
from products.services import add_requirements, create_product
from tests.cast import join, scenario, user
from tests.crawling import passkey

ROLES = [Role.VIEWER, Role.CONTRIBUTOR, Role.MAINTAINER, Role.OWNER]
#: ids of the two products' rows, apart from each other and from all small numbers
IDS_OF_A_TABLE = 10_000
FOREIGN_IDS = 5_000
MISSING_IDS = 2_500
PERSONA_TEXTS = ("summary", "goals", "frustrations", "quote")


def kept(letter, what):
    return f"kept{letter}{what}"


@dataclass
class Side:
    """One of the two products, with its people."""

    letter: str
    product: Product
    people: dict
    rows: dict = field(default_factory=dict)
    """kind → its rows, the first of which is the owner's and the second the contributor's."""

    @property
    def key(self):
        return self.product.key


def start_ids_at(offset):
    """The next row of table n has the id n × IDS_OF_A_TABLE + `offset`: an id says of what."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.relname FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace"
            " WHERE s.relkind = 'S' AND n.nspname = current_schema() ORDER BY s.relname"
        )
        for number, (name,) in enumerate(cursor.fetchall(), start=1):
            first = number * IDS_OF_A_TABLE + offset
            cursor.execute(f'ALTER SEQUENCE "{name}" RESTART WITH {first}')


def make_side(letter):
    """A product with one of everything; both are made by the same steps, so that the ids of one
    are those of the other and FOREIGN_IDS."""
    start_ids_at(FOREIGN_IDS if letter == "b" else 1)
    people = {role: user(kept(letter, role.label)) for role in ROLES}
    owner = people[Role.OWNER]
    product = create_product(
        name=f"Rota {kept(letter, 'product')}",
        key=f"ROTA{letter.upper()}",
        owner=owner,
        description=f"For wards {kept(letter, 'description')}",
    )
    # Numbers of requirements are apart as well.
    Product.objects.filter(pk=product.pk).update(last_number=40 if letter == "a" else 90)
    for role in ROLES[:-1]:
        join(product, people[role], role.name)
    side = Side(letter, product, people)
    _add_inputs(side)
    _add_what_belongs_to_people(side)
    rescore(product.pk)
    return side


def _add_inputs(side):
    letter, product, rows = side.letter, side.product, side.rows
    authors = [side.people[Role.OWNER], side.people[Role.CONTRIBUTOR]]
    rows["personas"] = Persona.objects.bulk_create(
        Persona(
            product=product,
            name=f"{name} {kept(letter, name.lower())}",
            kind=kind,
            headcount=500 if kind == "end_user" else None,
            **{text: f"Some {text} {kept(letter, text)}" for text in PERSONA_TEXTS},
        )
        for name, kind in [("Nurse", "end_user"), ("Doctor", "end_user"), ("Hospital", "procurer")]
    )
    rows["requirements"] = [
        add_requirements(
            product=product,
            by=author,
            requirements=[
                Requirement(
                    title=f"{title} {kept(letter, 'title')}{number}",
                    description=f"So that they can {kept(letter, 'text')}{number}",
                    decision=f"Agreed {kept(letter, 'decision')}{number}",
                    must_reason="law",
                    must_note=f"Act {kept(letter, 'mustnote')}{number}",
                    tags=[kept(letter, "tag")],
                    external_id=f"EXT-{kept(letter, 'external')}{number}",
                    external_url=f"https://example.org/{kept(letter, 'url')}{number}",
                    effort=number + 1,
                    status=status,
                )
            ],
        )[0]
        for number, (author, title, status) in enumerate(
            [
                (authors[0], "Swap shifts", "idea"),
                (authors[1], "Single sign-on", "planned"),
                (authors[0], "Dark mode", "shipped"),
            ]
        )
    ]
    rows["ratings"] = [
        Rating.objects.create(
            product=product,
            requirement=requirement,
            persona=persona,
            value=value,
            basis="seen",
            rater=author,
            note=f"Said {kept(letter, 'note')}",
        )
        for author, requirement, persona, value in [
            (authors[0], rows["requirements"][0], rows["personas"][0], 5),
            (authors[1], rows["requirements"][1], rows["personas"][2], -3),
            (authors[0], rows["requirements"][1], rows["personas"][0], 1),
            (authors[0], rows["requirements"][0], rows["personas"][2], 2),
        ]
    ]
    Rating.objects.create(
        product=product,
        requirement=rows["requirements"][0],
        persona=rows["personas"][0],
        value=3,
        basis="asked",
        source=f"Survey {kept(letter, 'source')}",
    )
    rows["comments"] = [
        Comment.objects.create(
            product=product,
            requirement=requirement,
            author=author,
            text=f"I think {kept(letter, 'comment')}",
        )
        for author, requirement in zip(authors, rows["requirements"], strict=False)
    ]
    rows["adoption-readings"] = [
        AdoptionReading.objects.create(
            product=product,
            persona=persona,
            observed_on=f"2026-11-0{day}",
            installed=9,
            active=5,
            note=f"Paper {kept(letter, 'workaround')}",
            source=f"Count {kept(letter, 'readingsource')}",
            updated_by=author,
        )
        for day, (author, persona) in enumerate(zip(authors, rows["personas"], strict=False), 1)
    ]
    rows["scenarios"] = [
        scenario(
            product,
            by=author,
            name=f"What if {kept(letter, 'scenario')}{number}",
            note=f"Because {kept(letter, 'scenarionote')}",
            importances={rows["personas"][0].pk: 2},
        )
        for number, author in enumerate(authors)
    ]
    product.policy.reason = f"For now {kept(letter, 'reason')}"
    product.policy.save(update_fields=["reason"])
    Analysis.objects.create(
        product=product, kind="plausible", parameters={}, error=kept(letter, "analysis")
    )


def _add_what_belongs_to_people(side):
    letter, product, rows, people = side.letter, side.product, side.rows, side.people
    owner = people[Role.OWNER]
    rows["members"] = [product.memberships.get(user=people[role]) for role in ROLES[::-1]]
    with transaction.atomic():
        guest = f"{kept(letter, 'guest')}@example.org"
        invitation, _link = invite(product=product, role=Role.VIEWER, by=owner, email=guest)
    rows["invitations"] = rows["mine"] = [invitation]
    for who in people.values():
        # What a person has keeps their own letter: even a colleague doesn't read it.
        name = f"{kept(letter, 'own')}{who.pk}"
        token, _text = Token.objects.issue(name=name, user=who)
        rows.setdefault("revoke_token", []).append(token)
        EmailAddress.objects.create(user=who, email=who.email, verified=True, primary=True)
        key = {"name": name, "credential": passkey()}
        rows.setdefault("keys", []).append(
            Authenticator.objects.create(user=who, type="webauthn", data=key)
        )
        rows.setdefault("sessions", []).append(
            UserSession.objects.create(
                user=who, ip="10.1.2.3", session_key=name[:32], user_agent=name
            )
        )
    notify(
        [owner],
        Kind.MENTION,
        title=kept(letter, "told"),
        path=f"/p/{product.key}/1/",
        told_once_as=f"told {letter}",
    )
    rows["notifications"] = [owner.notifications.get()]
    rows["tokens"] = [Token.objects.issue(name=kept(letter, "robot"), product=product)[0]]


def is_foreign(pk):
    """Whether it is the id of a row of the second product."""
    return pk > IDS_OF_A_TABLE and FOREIGN_IDS <= pk % IDS_OF_A_TABLE < 2 * MISSING_IDS + 1_000
