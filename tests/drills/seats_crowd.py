"""A crowd at the web server: many signed-in people with a browser each, who press a button at the same moment."""

import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from forestallies.lib import clock
from members.models import CircleMember, Member
from tests.browsing import Page, hidden_fields
from tests.factories import MemberFactory, WorkshopFactory
from tests.factories.members import LONG_AGO

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PATIENCE = 90.0  # seconds for which somebody tries again


@dataclass(frozen=True)
class Scene:
    """What a crowd needs to know; plain values, because it may be made in another process."""

    event: int
    page: str
    sessions: Sequence[str]


def prepare(*, people: int, seats: int) -> Scene:
    """Make an event in two weeks, and people of its community who are signed in."""
    day = (clock.now() + timedelta(days=14)).date()
    workshop = WorkshopFactory.create(capacity=seats, wall_date=day)
    members = Member.objects.bulk_create(MemberFactory.build_batch(people))
    CircleMember.objects.bulk_create(
        CircleMember(circle=workshop.home, member=member, joined_at=LONG_AGO) for member in members
    )
    return Scene(workshop.pk, workshop.get_absolute_url(), [sign_in(member) for member in members])


def sign_in(member: Member) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@dataclass
class Person:
    """Somebody with a browser: her cookies, the form she looks at, and the answers she got."""

    address: str
    scene: Scene
    session: str
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.cookies[settings.SESSION_COOKIE_NAME] = self.session

    def look(self) -> None:
        """Open the event's page with its form."""
        status, text = self._ask("GET", self.scene.page)
        assert status == 200, f"{self.scene.page} answered {status}"
        self.form = hidden_fields(Page(status, self.scene.page, text), "register")

    def press(self, name: str) -> None:
        """Send the form to an address until the portal has decided: pressed again, it carries the same key."""
        path, end = reverse(name, args=[self.scene.event]), time.monotonic() + PATIENCE
        fields = {**self.form, "submission": str(uuid4())}
        while not self._is_decided(path, fields):
            assert time.monotonic() < end, f"{path} was not decided: {dict(self.answers)}"
            time.sleep(0.05)

    def _is_decided(self, path: str, fields: dict[str, str]) -> bool:
        try:
            status, _text = self._ask("POST", path, urllib.parse.urlencode(fields))
        except (OSError, HTTPException):
            self.answers["no answer"] += 1
            return False
        self.answers[str(status)] += 1
        return status == 302

    def _ask(self, verb: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": self.address + path,
        }
        connection = HTTPConnection(urllib.parse.urlsplit(self.address).netloc, timeout=30)
        try:
            connection.request(verb, path, body, headers)
            response = connection.getresponse()
            self._keep_cookies(response)
            return response.status, response.read().decode()
        finally:
            connection.close()

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]


def come(address: str, scene: Scene) -> list[Person]:
    """Let everybody open the page."""
    people = [Person(address, scene, session) for session in scene.sessions]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Person.look, people))
    return people


def all_at_once(
    people: Iterable[Person], act: Callable[[Person], None], done: Callable[[], object] = lambda: None
) -> Counter[str]:
    """Let everybody act at the same moment, and each call `done` at her end; count the answers they got meanwhile."""
    crowd = list(people)
    start = threading.Barrier(len(crowd))

    def run(person: Person) -> Counter[str]:
        start.wait(60)
        act(person)
        done()
        return person.answers

    with ThreadPoolExecutor(len(crowd)) as pool:
        return sum(pool.map(run, crowd), Counter())
