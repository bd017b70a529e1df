"""The pictures of the documentation, taken from the real pages: `./run test -m pictures`."""

from pathlib import Path

import pytest

from events.models import Event
from forestallies.lib.clock import now
from programs.models import Cohort
from tests import chromium
from tests.flows.people import sign_in
from tests.processes import ROOT, web

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
VISITOR = {"home": "/", "forest-allies": "/forest-allies/", "sske": "/sske/", "apply": "/apply/"}
MEMBER = {"my-page": "/me/", "participation": "/me/participation/"}
STAFF = {
    "applications": "/staff/applications/",
    "events": "/staff/events/",
    "report": "/staff/reports/attendance/edition/sske-2025/matrix/",
    "schedule": "/admin/programs/session/add/",
}

pytestmark = [pytest.mark.pictures, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def staff_pages() -> dict[str, str]:
    """What a coordinator works with: a session without its attendance yet, a group without its certificates."""
    session = Event.objects.filter(kind="session", ends_at__lt=now()).latest("starts_at")
    cohort = Cohort.objects.get(edition__slug="sske-2025", kind="wider")
    certificates = f"/staff/certificates/{cohort.pk}/"
    return {**STAFF, "attendance": f"/staff/events/{session.pk}/attendance/", "certificates": certificates}


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
                ("nadia.coulibaly@example.org", staff_pages()),
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
