"""The pictures of the documentation, taken from the real pages: `./run test -m pictures`."""

from pathlib import Path

import pytest

from events.models import Event
from tests import chromium
from tests.flows.people import sign_in
from tests.processes import ROOT, web

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
VISITOR = {"home": "/", "forest-allies": "/forest-allies/", "sske": "/sske/", "apply": "/apply/"}
MEMBER = {"my-page": "/me/"}
STAFF = {"applications": "/staff/applications/"}

pytestmark = [pytest.mark.pictures, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def workshop() -> str:
    """The page of the first workshop with seats left."""
    event = Event.objects.scheduled().filter(kind="workshop", capacity__isnull=False).order_by("-starts_at").first()
    assert event
    return event.get_absolute_url()


def test_pictures_are_taken(demo: None, tmp_path: Path) -> None:
    with web(tmp_path) as address, chromium.launched() as browser:
        for size, (width, height) in SIZES.items():
            for email, pages in (
                ("", VISITOR),
                ("sanne.devries@example.org", {**MEMBER, "workshop": workshop()}),
                ("nadia.coulibaly@example.org", STAFF),
            ):
                context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
                if email:
                    sign_in(context, address, email)
                page = context.new_page()
                for name, path in pages.items():
                    answer = page.goto(address + path)
                    assert answer is not None and answer.ok, path
                    page.screenshot(path=FOLDER / f"{name}-{size}.png")
                context.close()
