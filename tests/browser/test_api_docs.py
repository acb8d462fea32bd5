"""The API's own documentation, read in a browser under the strict Content Security Policy."""

from playwright.sync_api import expect


def test_the_docs_show_every_resource_and_ask_no_other_host(page):
    page.goto("/api/v1/docs/")

    ranking = page.locator(".opblock-summary-path", has_text="ranking/").first
    expect(ranking).to_be_visible()
    ranking.click()
    expect(page.get_by_text("value_for_effort").first).to_be_visible()
