import json

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class WholeJSON(JSONParser):
    """JSON that can be read and answered whole."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            parsed = super().parse(stream, media_type, parser_context)
            # "\ud800" is half a character: a message that quotes it couldn't be sent.
            json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        except UnicodeEncodeError:
            raise ParseError("This JSON holds half a character (a lone surrogate).") from None
        return parsed
