"""The tables that the log is read from, and which of their rows are of a product."""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery

from accounts.models import AccountEvent, Token, User
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, Scenario, ScenarioPersona, ScoringPolicy
from products.models import Comment, Invitation, Membership, Product, Requirement

KINDS = {
    "product": "The product",
    "members": "Members and invitations",
    "personas": "Personas",
    "readings": "Readings of adoption",
    "requirements": "Requirements",
    "ratings": "Ratings",
    "comments": "Comments",
    "weighing": "How it is weighed",
    "scenarios": "Scenarios",
    "tokens": "Tokens",
    "accounts": "Accounts and sign-ins",
}


@dataclass(frozen=True)
class Source:
    """One table of events; `place` orders what was done at one time."""

    place: int
    kind: str
    tracked: type
    """What its rows tell of; of AccountEvent, itself."""

    @property
    def is_of_rows(self):
        return self.tracked is not AccountEvent

    @property
    def events(self):
        return self.tracked.pgh_event_model if self.is_of_rows else AccountEvent

    @property
    def time(self):
        return "pgh_created_at" if self.is_of_rows else "at"

    @property
    def key(self):
        return "pgh_id" if self.is_of_rows else "id"

    @property
    def user(self):
        """The column of the user whose account its rows are of, or None."""
        return {User: "pgh_obj_id", AccountEvent: "user_id", Token: "user_id"}.get(self.tracked)

    def of(self, product_id):
        """The events of the product, which may be gone; of all products for None."""
        rows = self.events.objects.all()
        if product_id is None:
            return rows
        if self.tracked is Product:
            return rows.filter(pgh_obj_id=product_id)
        if self.user is None:
            return rows.filter(product_id=product_id)
        of_members = _while_members(self, product_id)
        if self.tracked is Token:
            of_members |= Q(product_id=product_id)
        return rows.filter(of_members)


def _while_members(source, product_id):
    """What was done with somebody's account while they were a member, whether they still are."""
    memberships = Membership.pgh_event_model.objects.filter(product_id=product_id).order_by()
    ever = memberships.values("user_id").distinct()
    last = memberships.filter(
        user_id=OuterRef(source.user), pgh_created_at__lte=OuterRef(source.time)
    ).order_by("-pgh_id")
    theirs = source.events.objects.filter(**{f"{source.user}__in": ever}).order_by()
    as_members = theirs.annotate(membership=Subquery(last.values("pgh_label")[:1])).filter(
        membership__in=["insert", "update"]
    )
    return Q(**{f"{source.key}__in": as_members.values(source.key)})


#: of what one transaction did, the later ones were done later
TABLES = [
    ("accounts", User),
    ("accounts", AccountEvent),
    ("product", Product),
    ("members", Membership),
    ("members", Invitation),
    ("personas", Persona),
    ("readings", AdoptionReading),
    ("requirements", Requirement),
    ("ratings", Rating),
    ("comments", Comment),
    ("weighing", ScoringPolicy),
    ("scenarios", Scenario),
    ("scenarios", ScenarioPersona),
    ("tokens", Token),
]
SOURCES = [Source(place, kind, model) for place, (kind, model) in enumerate(TABLES)]
