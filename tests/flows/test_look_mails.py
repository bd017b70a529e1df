"""Every mail on a phone: nothing runs off the side, however long its links are."""

import pytest
from django.db import transaction

from tests import chromium
from tests.emails.samples import KINDS, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_WORD = "Agroforestería" * 5


def html_of(kind: str) -> str:
    """The HTML of a sample whose rows are gone again, for the next one may need the same."""
    with transaction.atomic():
        html = message(kind, title=f"Land {LONG_WORD}").html
        transaction.set_rollback(True)
    return html


def test_mails_fit_on_a_phone() -> None:
    mails = {kind: html_of(kind) for kind in KINDS}
    with chromium.launched() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        found = {}
        for kind, html in mails.items():
            page.set_content(html)
            found[kind] = page.evaluate("document.documentElement.scrollWidth")
    assert {kind: width for kind, width in found.items() if width > 360} == {}
