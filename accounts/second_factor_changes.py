"""A second factor that is added or taken away ends the user's other sessions, as a new password
does. Else: whoever had stolen one would keep it when its owner adds a second factor for that."""

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.dispatch import receiver


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def end_other_sessions(request, user, **_):
    for session in UserSession.objects.filter(user=user).exclude(
        session_key=request.session.session_key
    ):
        session.end()
