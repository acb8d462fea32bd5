"""Two people edit one requirement, each in a browser of their own."""

import pytest
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast
from tests.browser.test_every_page import findings

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = "/p/ROTA/requirements/1/edit/"


def test_two_people_edit_one_requirement(page, sign_in, new_context, problems):
    alice, bob = cast.user("alice"), cast.user("bob", first_name="Bob", last_name="Berg")
    rota = cast.rota(alice)
    cast.join(rota, bob, "maintainer")
    rescore(rota.pk)
    bobs = new_context()
    sign_in(alice)
    sign_in(bob, context=bobs)
    theirs = bobs.new_page()
    for one in (page, theirs):
        one.goto(EDIT)

    theirs.get_by_label("Effort").fill("13")
    theirs.get_by_label("Tags").fill("shifts")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_role("status").first).to_contain_text("Saved.")
    page.get_by_label("Title").fill("Swap in one tap")
    page.get_by_label("Effort").fill("5")
    page.get_by_role("button", name="Save").click()

    # Yours and theirs, field by field; what only they touched is suggested as theirs.
    conflict = page.get_by_role("region", name="Bob Berg saved while you were typing")
    expect(conflict).to_be_focused()
    assert findings(page, "dark", 390) + findings(page, "light", 1440) == []
    rows = {
        row.get_by_role("rowheader").text_content(): [
            radio.is_checked() for radio in row.get_by_role("radio").all()
        ]
        for row in conflict.get_by_role("row").all()[1:]
    }
    assert rows == {"Title": [True, False], "Effort": [True, False], "Tags": [False, True]}
    expect(page.get_by_label("Title", exact=True)).to_have_value("Swap in one tap")
    conflict.get_by_role("row").filter(has_text="Effort").get_by_text("13").click()
    conflict.get_by_role("button", name="Save these").click()

    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    saved = Requirement.objects.get(number=1)
    assert (saved.title, saved.effort, saved.tags) == ("Swap in one tap", 13, ["shifts"])
    # The 409, which Chromium notes on its console.
    assert len(problems) == 1
    problems.clear()
