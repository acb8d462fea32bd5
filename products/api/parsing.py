import codecs
import json

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser, get_encoding
from rest_framework.utils.json import strict_constant


class Twice(dict):
    """A JSON object that has a key twice; `names` says which."""

    def __init__(self, pairs):
        super().__init__(pairs)
        seen = set()
        self.names = {name for name, _value in pairs if name in seen or seen.add(name)}


class WholeJSON(JSONParser):
    """JSON that can be read and answered whole, in which no key hides another."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            parsed = self._parse(stream, get_encoding(parser_context or {}))
            # "\ud800" is half a character: a message that quotes it couldn't be sent.
            json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except UnicodeEncodeError:
            raise ParseError("This JSON holds half a character (a lone surrogate).") from None
        return parsed

    def _parse(self, stream, encoding):
        found = []

        def whole(pairs):
            made = dict(pairs)
            if len(made) < len(pairs):
                made = Twice(pairs)
                found.append(made)
            return made

        try:
            text = codecs.getreader(encoding)(stream)
            parsed = json.load(text, parse_constant=strict_constant, object_pairs_hook=whole)
        except ValueError as error:
            raise ParseError(f"This JSON can't be read: {error}") from None
        if found:
            raise ValidationError(_told(parsed))
        return parsed


def _told(parsed):
    """Which keys are there twice, nested as the JSON is."""
    if isinstance(parsed, list):
        inner = {index: _told(one) for index, one in enumerate(parsed)}
    elif isinstance(parsed, dict):
        inner = {name: _told(one) for name, one in parsed.items()}
        inner |= {name: ["It is here twice."] for name in getattr(parsed, "names", ())}
    else:
        return {}
    return {name: one for name, one in inner.items() if one}
