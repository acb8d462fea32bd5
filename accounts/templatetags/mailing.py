from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def mail_is_sent():
    """Whether mail leaves the machine (EMAIL_URL)."""
    return bool(settings.EMAIL_URL)
