from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class NameOrEmailBackend(ModelBackend):
    """Signs in by name or by e-mail. A name comes first: nobody can take another's by e-mail."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if username and "@" in username and not User.objects.filter(username=username).exists():
            found = User.objects.by_email(username)
            username = found.get_username() if found else username
        return super().authenticate(request, username=username, password=password, **kwargs)
