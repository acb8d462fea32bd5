"""Whether an answer tells, or a request changed, what it must not."""

import re
from urllib.parse import unquote

from django.core import signing

from prioritisation.live.tickets import read_ticket
from products.roles import Role
from tests.isolation.sides import is_foreign
from tests.isolation.world import KEPT

#: what is worked out from the input, and follows it
FOLLOWS = re.compile(
    r".*event|prioritisation_(productchange|scoringrun|scoringstate|score|scorechange)"
    r"|accounts_cutoff"
)
#: role → the tables of the product's input that it may change
MAY_CHANGE = {None: set(), Role.VIEWER: {"prioritisation_analysis", "products_following"}}
MAY_CHANGE[Role.CONTRIBUTOR] = MAY_CHANGE[Role.VIEWER] | {
    "products_requirement",
    "products_comment",
    "personas_adoptionreading",
    "prioritisation_rating",
    "prioritisation_scenario",
    "prioritisation_scenariopersona",
    "accounts_notification",
}
MAY_CHANGE[Role.MAINTAINER] = MAY_CHANGE[Role.CONTRIBUTOR] | {
    "personas_persona",
    "prioritisation_scoringpolicy",
}
#: columns in which the site notes what it has done, of anybody
NOTED = {"accounts_token": {"last_used_at"}, "accounts_cutoff": {"told_at"}}
OWNED = {
    "products_requirement",
    "products_comment",
    "personas_adoptionreading",
    "prioritisation_rating",
    "prioritisation_scenario",
}
AUTHORS = ("rater_id", "author_id", "created_by_id", "updated_by_id")
PEOPLE = {*AUTHORS, "user_id", "accepted_by_id"}
MUST_DO = {"must_reason", "must_note", "must_by"}
POWERS = {"is_staff", "is_superuser"}
TICKET = re.compile(r"ticket=([^\"'&\s<]+)")


def findings(world, actor, ask, answer, text, changes):
    """A sentence for each thing that is wrong."""
    return [
        *_failed(answer),
        *_told(world, actor, ask, answer, text),
        *_tickets(world, actor, text),
        *_led_away(answer),
        *(wrong for change in changes for wrong in _changed(world, actor, ask, change, changes)),
    ]


def _failed(answer):
    if answer.status_code >= 500:
        yield f"fails with {answer.status_code}"
    if answer.status_code == 429:
        yield "was refused before it was looked at"


def shown_to(actor, ask):
    """The letters of the products whose words the actor may read."""
    if actor.opens and ask.url not in actor.opens:
        return set()
    return {"a"} if actor.role else set()


def _shows_all(actor, ask):
    return actor.staff in ("view", "change") and ask.path.startswith("/admin/")


def _told(world, actor, ask, answer, text):
    headers = " ".join(f"{name}: {value}" for name, value in answer.items())
    sent = {match[0].lower() for match in KEPT.finditer(unquote(f"{ask.address} {ask.payload}"))}
    may_see = shown_to(actor, ask)
    told = set()
    for match in KEPT.finditer(unquote(f"{headers} {text}")):
        word = match[0].lower()
        own = re.search(r"own(\d+)$", word)
        seen = int(own[1]) == actor.user_id if own else match[1].lower() in may_see
        if not seen and word not in sent and not _shows_all(actor, ask):
            told.add(word)
    if told:
        yield f"tells {' '.join(sorted(told)[:5])}"


def _tickets(world, actor, text):
    for signed in TICKET.findall(text):
        try:
            ticket = read_ticket(unquote(signed))
        except signing.BadSignature:
            continue
        own = actor.role and ticket.product_id == world.own.product.pk
        if not own or ticket.user_id != actor.user_id:
            yield f"gives a ticket to product {ticket.product_id} for {ticket.user_id}"


def _led_away(answer):
    to = answer.get("Location", "")
    if re.match(r"(?:[a-z]+:)?[/\\]{2}", to, re.IGNORECASE) and not to.startswith(
        ("http://testserver/", "https://testserver/")
    ):
        yield f"leads away to {to}"


def _changed(world, actor, ask, change, changes):
    """What of one row's change is wrong."""
    product = world.own.product.pk
    if change.changed() <= NOTED.get(change.table, set()):
        return
    is_product = change.table == "products_product"
    of = change.pk if is_product else change.row.get("product_id")
    if change.new and any(change.new.get(name) for name in POWERS & change.changed()):
        yield f"gives power: {change}"
    if actor.staff == "change" and ask.path.startswith("/admin/"):
        if change.table in OWNED and not (change.old and change.new):
            yield f"adds or deletes: {change}"
        return
    if of is None:
        yield from _changed_of_a_person(actor, ask, change)
        return
    if of != product:
        if not _made_here(of, change, changes, actor):
            yield f"changes another product: {change}"
        return
    if FOLLOWS.fullmatch(change.table):
        if actor.role is None:
            yield f"changes what is no product of theirs: {change}"
        return
    if ask.method in ("GET", "HEAD", "OPTIONS"):
        if not _was_read(change):
            yield f"reading changes: {change}"
        return
    yield from _names_foreign_rows(change)
    yield from _beyond_role(world, actor, ask, change, changes)
    yield from _in_anothers_name(actor, change)


def _made_here(product_id, change, changes, actor):
    """Whether it is of a product that this very request made for the actor."""
    made = any(
        one.table == "products_product" and one.old is None and one.pk == product_id
        for one in changes
    )
    return made and actor.user_id is not None


def _was_read(change):
    return change.table == "accounts_notification" and change.changed() <= {"read_at"}


def _changed_of_a_person(actor, ask, change):
    if FOLLOWS.fullmatch(change.table):
        return
    of = change.pk if change.table == "accounts_user" else change.row.get("user_id")
    if of is None or of == actor.user_id:
        return
    made = change.old is None and change.table in {"accounts_user", "account_emailaddress"}
    if not made:
        yield f"changes what is somebody else's: {change}"


def _beyond_role(world, actor, ask, change, changes):
    role = actor.role
    leaves = (
        change.table == "products_membership"
        and change.new is None
        and change.old["user_id"] == actor.user_id
    )
    takes_a_number = change.table == "products_product" and change.changed() <= {"last_number"}
    if leaves or (takes_a_number and role and role >= Role.CONTRIBUTOR):
        return
    if role is None or (role < Role.OWNER and change.table not in _tables(role, change)):
        yield f"goes beyond {role.label if role else 'nobody'}: {change}"
        return
    if role == Role.CONTRIBUTOR and change.old and change.table in OWNED:
        own = (change.table, change.pk) in world.contributors
        with_its_requirement = change.new is None and any(
            one.table == "products_requirement"
            and one.new is None
            and one.pk == change.old.get("requirement_id")
            for one in changes
        )
        if not own and not with_its_requirement:
            yield f"changes what another wrote: {change}"
    if role == Role.CONTRIBUTOR and change.old and change.new and MUST_DO & change.changed():
        yield f"sets what must be done: {change}"


def _tables(role, change):
    allowed = MAY_CHANGE[role]
    if role == Role.MAINTAINER and change.old and change.new:
        return allowed | {"products_product"}  # changed, never made or deleted
    return allowed


def _names_foreign_rows(change):
    for name in change.changed() - PEOPLE:
        value = (change.new or {}).get(name)
        if name.endswith("_id") and isinstance(value, int) and is_foreign(value):
            yield f"names what is of another product ({name} {value}): {change}"


def _in_anothers_name(actor, change):
    own = {"user_id"} if change.table == "products_following" else set()
    for name in {*AUTHORS, *own} & change.changed():
        if change.new:
            author = change.new.get(name)
            if author is not None and author != actor.user_id:
                yield f"writes as somebody else ({name} {author}): {change}"


#: made anew for each answer: secrets, the time, and where on a chart now is
PASSING = re.compile(
    r"[\w-]{30,}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\b(?:d|points|x|y|x1|x2|y1|y2|cx|cy|width)=\"[^\"]*\""
)


def lasting(text):
    """An answer's text without what differs from one request to the next."""
    return PASSING.sub("", unquote(text))
