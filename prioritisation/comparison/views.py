"""Why the order is as it is, what to find out, and how others would order it."""

from prioritisation.comparison.next_questions import read_asking
from prioritisation.comparison.other_methods import TITLES, read_beside
from prioritisation.comparison.pairwise import read_versus
from prioritisation.live_updates.following import follow
from prioritisation.scoring.other_methods import PAYERS_FIRST
from prioritisation.scoring.sensitivity import TOPS
from prioritisation.selectors.rankings import read_ranking
from products.access import may, product_view

QUESTIONS = 50
ROWS = 200


@product_view("read", whole=True)
def ask(request, product):
    """What to find out, most useful first; `?top=` says the top of how many matters."""
    asked = request.GET.get("top", "")
    top = int(asked) if asked in map(str, TOPS) else 3
    return follow(
        request,
        product,
        "comparison",
        lambda: {
            "asking": read_asking(product, top=top, limit=QUESTIONS),
            "tops": TOPS,
            "may_rate": may(product, "rate"),
        },
        page="next_questions",
    )


@product_view("read", whole=True)
def other_lenses(request, product):
    """The order by `?lens=` beside the product's own, and all of them in a table."""
    asked = request.GET.get("lens")
    lens = asked if asked in TITLES else PAYERS_FIRST
    return follow(
        request, product, "comparison", lambda: _beside(product, lens), page="other_methods"
    )


def _beside(product, lens):
    beside = read_beside(product)
    return {
        "lenses": TITLES.items(),
        "lens": lens,
        "title": beside.title(lens),
        "words": beside.words(lens),
        "moved": beside.moved(lens),
        "chart": beside.chart(lens),
        "rows": beside.table(ROWS),
        "more": max(0, len(beside.rows) - ROWS),
    }


@product_view("read", whole=True)
def compare(request, product):
    """Two requirements by number, `?a=` and `?b=`; the first two of the ranking if neither is."""
    return follow(
        request, product, "comparison", lambda: _compared(request, product), page="pairwise"
    )


def _compared(request, product):
    a, b = (request.GET.get(name, "").strip() for name in "ab")
    if not a and not b:
        a, b = ([str(row.number) for row in read_ranking(product, limit=2).rows] + ["", ""])[:2]
    one, other = _id_of(product, a), _id_of(product, b)
    found = read_versus(product, [(one, other)]) if one and other and one != other else []
    wrong = _wrong(product, a, one), _wrong(product, b, other)
    if one and other and not found:
        same = "Choose another one to compare it with."
        unrated = "Both have to be rated, by somebody who counts."
        wrong = "", same if one == other else unrated
    return {
        "chosen": list(zip("ab", (a, b), wrong, strict=True)),
        "versus": found[0] if found else None,
    }


def _id_of(product, text):
    """Of "5" or "ROTA-5"; None if there is none."""
    number = text.upper().removeprefix(f"{product.key}-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return product.requirements.filter(number=number).values_list("pk", flat=True).first()


def _wrong(product, text, found):
    if found or not text:
        return ""
    return f"There is no {product.key}-{text}." if text.isdigit() else "Give its number."
