from django import template
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from prioritisation.overview.sidebar import counts_of
from prioritisation.presentation import formatting
from products import access
from products.mentions import pieces

register = template.Library()

register.filter("points", formatting.points)
register.filter("signed", formatting.signed)
register.filter("percent", formatting.percent)
register.filter("effort", formatting.with_unit)
register.filter("amount", formatting.amount)


@register.filter
def may(product, action):
    return access.may(product, action)


@register.filter
def mentions(text, members):
    """What somebody wrote, as HTML: lines broken, and each of the members whom it names told so."""
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html('<b class="mention" title="{}">{}</b>', user, piece)
                if user
                else linebreaksbr(piece),
            )
            for piece, user in pieces(text, members)
        ),
    )


#: The pages that a link of the navigation stands for, beside its own.
BELOW = {
    "scenarios": ("scenario_new", "scenario_edit", "scenario_delete"),
    "ranking": ("compare", "requirement", "requirement_new", "requirement_edit", "start"),
    "personas": ("persona_new", "persona_edit", "reading_new"),
    "product_edit": ("product_delete", "import"),
    "products": ("product_new",),
}


@register.simple_tag
def counts(product):
    """What the sidebar's links count: {name of the page: number or None}."""
    return counts_of(product.pk)


@register.inclusion_tag("_nav_link.html", takes_context=True)
def nav(context, name, icon, label):
    """A link to the page of that name, of the context's product if there is one."""
    product = context.get("product")
    args = [product.key] if product else []
    match = context["request"].resolver_match
    here = match.url_name if match else None
    return {
        "href": reverse(name, args=args),
        "name": name,
        "icon": icon,
        "label": label,
        "current": here == name or here in BELOW.get(name, ()),
        "count": (context.get("counts") or {}).get(name),
    }


@register.filter
def is_web_address(text):
    """Whether it may be a link: a form takes no other, but psql may have written javascript:."""
    return text.lower().startswith(("https://", "http://"))
