import re

from django import template

register = template.Library()

#: in this order: Edge and Opera call themselves Chrome, too, and Chrome calls itself Safari
BROWSERS = {
    r"Edg": "Edge", r"OPR/": "Opera", r"Firefox/|FxiOS": "Firefox",
    r"Chrome/|CriOS": "Chrome", r"Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    r"iPhone": "iPhone", r"iPad": "iPad", r"Android": "Android", r"Windows": "Windows",
    r"Mac OS X|Macintosh": "Mac", r"CrOS": "ChromeOS", r"Linux|X11": "Linux",
}  # fmt: skip


@register.filter
def browser_name(user_agent: str) -> str:
    """ "Firefox on Linux"; what isn't known as it is, cut."""
    browser, system = (
        next((name for pattern, name in names.items() if re.search(pattern, user_agent)), "")
        for names in (BROWSERS, SYSTEMS)
    )
    return f"{browser} on {system}" if browser and system else user_agent[:80] or "Unknown browser"
