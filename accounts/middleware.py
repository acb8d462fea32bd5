from django.utils import timezone

from accounts.models import Token


class NoteTokenUse:
    """Keep when a token was last used, refused requests included.

    Outside the transaction of the write: what is refused is rolled back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        token = getattr(request, "token", None)
        # Once a minute is enough to see that it is in use, and spares a write a request.
        if token is not None and not token.was_used_within(seconds=60):
            Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return response
