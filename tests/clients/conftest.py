import json
from urllib.request import urlopen

import pytest

from accounts.models import Token
from tests.cast import user


@pytest.fixture
def told(site, transactional_db):
    """What a client's script is told: the site's address and a token of Alice's."""
    return [site, Token.objects.issue(name="test", user=user("alice"))[1]]


@pytest.fixture
def schema(site, tmp_path):
    """The file of the schema that the site serves."""
    file = tmp_path / "schema.json"
    with urlopen(f"{site}/api/v1/schema/?format=json") as answer:  # noqa: S310
        file.write_text(json.dumps(json.load(answer)))
    return file
