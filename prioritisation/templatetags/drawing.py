"""What a page draws hundreds of times: a template with includes takes ten times as long."""

from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag
def icon(name, classes=""):
    """An icon of the sprite, as _icon.html draws it."""
    extra = f" {escape(classes)}" if classes else ""
    return mark_safe(  # noqa: S308 - escaped
        f'<svg class="i{extra}" aria-hidden="true"><use href="#i-{escape(name)}"/></svg>'
    )


@register.simple_tag
def bar(drawn, mini=False, plain=False):
    """A bars.Bar as SVG; `mini` for a thin one in a list, `plain` where its words stand beside it.

    In rows the tint, the grid and the zero line run beyond the bar, and the cell clips them.
    """
    spoken = 'aria-hidden="true"' if plain else f'role="img" aria-label="{escape(drawn.label)}"'
    shapes = THIN if mini else TALL
    parts = [f'<svg class="bar" height="{shapes["height"]}" {spoken}>', _ground(drawn.scale)]
    parts += [_rect(piece, piece.kind, shapes["solid"]) for piece in drawn.solid]
    parts += [_rect(piece, f"lost {piece.kind}", shapes["lost"]) for piece in drawn.lost]
    parts += [_line("sep", x, shapes["sep"]) for x in drawn.seams]
    parts.append(_line("zero", drawn.scale.zero, 'y1="-40" y2="80"'))
    if drawn.broken:
        parts.append(
            f'<svg class="break" x="{drawn.broken}" overflow="visible"><path d="{shapes["break"]}">'
            "<title>Cut off: it goes further left</title></path></svg>"
        )
    if drawn.net and not mini:
        parts.append(_line("net", drawn.net, 'y1="5" y2="25"'))
    if drawn.span and not mini:
        low, high, words = drawn.span
        parts.append(
            f'<line class="range" x1="{low}" x2="{high}" y1="28" y2="28">'
            f"<title>{escape(words)}</title></line>"
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - names are escaped, the rest is ours


TALL = {
    "height": 30,
    "solid": 'y="8" height="14"',
    "lost": 'y="8.75" height="12.5"',
    "sep": 'y1="7" y2="23"',
    "break": "M-2.5 24 1.5 6M2.5 24 6.5 6",
}
THIN = {
    "height": 10,
    "solid": 'y="1" height="8"',
    "lost": 'y="1.75" height="6.5"',
    "sep": 'y1="0" y2="10"',
    "break": "M-2.5 11 1.5 -1M2.5 11 6.5 -1",
}


@lru_cache(maxsize=100)
def _ground(scale):
    """What is behind every bar of a page."""
    tint = ""
    if scale.low < 0:
        tint = f'<rect class="neg" x="0" y="-40" width="{scale.zero}" height="120"/>'
    return tint + "".join(_line("grid", x, 'y1="-40" y2="80"') for x in scale.grid)


def _line(kind, x, ends):
    return f'<line class="{kind}" x1="{x}" x2="{x}" {ends}/>'


def _rect(piece, kind, shape):
    return (
        f'<rect class="{kind}" x="{piece.x}" width="{piece.width}" {shape}>'
        f"<title>{escape(piece.title)}</title></rect>"
    )
