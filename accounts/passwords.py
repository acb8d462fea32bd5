from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

#: of zxcvbn's 0 to 4: at least some 10^8 guesses
LEAST_SCORE = 3
#: zxcvbn takes time that grows with the square of the length; what is longer is hard to guess
MAX_EXAMINED_CHARACTERS = 72


class HardToGuess:
    """Refuses what a list of common passwords, names, dates or the person itself gives away."""

    def validate(self, password: str, user=None) -> None:
        if zxcvbn(password[:MAX_EXAMINED_CHARACTERS], _own_words(user))["score"] < LEAST_SCORE:
            raise ValidationError(
                "This password is easy to guess. Three or four words that have nothing to do with "
                "each other are hard to guess and easy to keep in mind.",
                code="easy_to_guess",
            )

    def get_help_text(self) -> str:
        return "Nothing that is easy to guess, such as Summer2026 or a name."


def stay_signed_in(request, user) -> None:
    """Keep the session of the user, who has just given the right password.

    Looking at it hashes one that is stored in an older way anew, and no session that began before
    counts any more.
    """
    user.refresh_from_db(fields=["password"])
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()


def _own_words(user) -> list[str]:
    """The person's name and address, and the names of their products."""
    words = ["userward"]
    if user is None:
        return words
    words += [user.username, user.email, *user.email.split("@"), user.first_name, user.last_name]
    if user.pk:
        for key, name in user.memberships.values_list("product__key", "product__name"):
            words += [key, name, name.replace(" ", "")]
    return [word.lower() for word in words if word]
