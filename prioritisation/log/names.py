"""What the rows that events name are called: also those that are gone."""

from collections import defaultdict

from django.db import models

from accounts.models import AccountEvent, Token, User
from personas.models import Persona
from prioritisation.models import Scenario
from products.models import Invitation, Product, Requirement

#: what is found, now or as it was last, and the columns that name it
NAMED = {
    Product: ["key", "name"],
    Persona: ["name"],
    Requirement: ["number", "title", "product_id"],
    Scenario: ["name"],
}


class Names:
    """Of all that these events name, in two queries a table at the most."""

    def __init__(self, events):
        ids = defaultdict(set)
        for event in events:
            context = getattr(event, "pgh_context", None) or {}
            ids[User].add(context.get("user"))
            ids[Token].add(context.get("token"))
            for field in event._meta.concrete_fields:
                if isinstance(field, models.ForeignKey):
                    ids[field.related_model].add(getattr(event, field.attname))
        self.users = User.objects.in_bulk(ids[User] - {None})
        self._tokens = Token.objects.in_bulk(ids[Token] - {None})
        self._invitations = Invitation.objects.in_bulk(ids[Invitation] - {None})
        self._rows = {}
        for model in (Persona, Requirement, Scenario):
            self._rows[model] = _found(model, ids[model] - {None})
        of = {row["product_id"] for row in self._rows[Requirement].values()}
        self._rows[Product] = _found(Product, (ids[Product] | of) - {None})

    def user(self, pk):
        return str(self.users.get(pk, f"user {pk}"))

    def token(self, pk):
        found = self._tokens.get(pk)
        return f"the token “{found.name}”" if found else f"token {pk}"

    def email_of(self, invitation_pk):
        """The e-mail that an invitation is bound to, while the invitation is there; or empty."""
        found = self._invitations.get(invitation_pk)
        return found.email if found else ""

    def product(self, pk):
        row = self._rows[Product].get(pk)
        return f"{row['name']} ({row['key']})" if row else f"product {pk}"

    def product_key(self, pk):
        row = self._rows[Product].get(pk)
        return row["key"] if row else str(pk)

    def persona(self, pk):
        row = self._rows[Persona].get(pk)
        return row["name"] if row else f"persona {pk}"

    def requirement(self, pk):
        """“Swap shifts in two taps” (ROTA-1)."""
        row = self._rows[Requirement].get(pk)
        if row is None:
            return f"requirement {pk}"
        return f"“{row['title']}” ({self.product_key(row['product_id'])}-{row['number']})"

    def scenario(self, pk):
        row = self._rows[Scenario].get(pk)
        return f"“{row['name']}”" if row else f"scenario {pk}"

    def of(self, model, pk):
        """The row `pk` of any of these models; "" for None."""
        if pk is None:
            return ""
        words = {
            User: self.user,
            Token: self.token,
            Product: self.product,
            Persona: self.persona,
            Requirement: self.requirement,
            Scenario: self.scenario,
        }
        return words[model](pk) if model in words else str(pk)


def _found(model, ids):
    """id → {column: value}: as the rows are now, those that are gone as they were last."""
    columns = NAMED[model]
    found = {row.pop("pk"): row for row in model.objects.filter(pk__in=ids).values("pk", *columns)}
    gone = ids - found.keys()
    if gone:
        last = model.pgh_event_model.objects.filter(pgh_obj_id__in=gone)
        last = last.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        found |= {row.pop("pgh_obj_id"): row for row in last.values("pgh_obj_id", *columns)}
    return found


def actor_of(event):
    """(id of the user who did it, id of the token it was done with, by which means)."""
    if isinstance(event, AccountEvent):
        return event.actor_id, None, event.means
    context = event.pgh_context or {}
    return context.get("user"), context.get("token"), context.get("means", "")
