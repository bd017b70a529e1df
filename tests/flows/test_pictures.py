"""The pictures of the documentation, taken from the real pages: `./run test -m pictures`."""

from pathlib import Path

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from playwright.sync_api import BrowserContext

from events.models import Event
from members.models import Member
from members.policies import SECOND_FACTOR_PROVED
from tests import chromium
from tests.processes import ROOT, web

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
VISITOR = {"home": "/", "forest-allies": "/forest-allies/", "sske": "/sske/", "apply": "/apply/"}
MEMBER = {"my-page": "/me/"}
STAFF = {"applications": "/staff/applications/"}

pytestmark = [pytest.mark.pictures, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(context: BrowserContext, address: str, email: str) -> None:
    """Put a signed-in session, second factor proved, into a browser."""
    member = Member.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session[SECOND_FACTOR_PROVED] = str(member.pk)
    session.create()
    context.add_cookies([{"name": "sessionid", "value": session.session_key or "", "url": address}])


def workshop() -> str:
    """The page of the first workshop with seats left."""
    event = Event.objects.scheduled().filter(kind="workshop", capacity__isnull=False).order_by("-starts_at").first()
    assert event
    return event.get_absolute_url()


def test_pictures_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    call_command("seed_demo", verbosity=0)
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
