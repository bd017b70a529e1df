"""A meeting begins: 500 people open the join page by the links in their mails and click, within a minute.

They come at random moments, whether or not those before them have their answers yet; so what is measured is how long
each of them waits, not how many could be served. The bare page is asked at the very same moments.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from events.models import AttendanceEvidence, Event, Registration
from events.places import join_link
from forestallies.benchmarks.measure import Waits, percentile
from forestallies.benchmarks.pages import BARE, PATIENCE, PORTAL, server
from forestallies.benchmarks.people import World, make_workshop, make_world
from forestallies.lib import clock

SIZE = 500  # people per round
PER_MINUTE = 500  # so a round of fewer people is shorter, and they come as densely
STEPS = ("opened", "clicked", "sent on")
THREADS = 64  # clients on their way at once; far more than ever are

Visit = Callable[[int], Sequence[float]]
_FIELD = re.compile(r'name="(csrfmiddlewaretoken|submission)" value="([^"]+)"')


@dataclass
class Round:
    """The waits of one round in seconds, by step, and what went wrong."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    problems: list[str] = field(default_factory=list)


def measure(*, size: int, rounds: int) -> Iterator[Waits]:
    world = make_world(people=size, at=clock.now())
    bare_rounds, real_rounds = [], []
    with server(BARE) as bare, server(PORTAL) as portal:
        for number in range(rounds):
            tokens = meeting_with(world, at=clock.now())
            moments = arrivals(size, seed=number)
            bare_rounds.append(crowd(moments, lambda _: [ask(bare, "GET", "/")[0] for _ in STEPS]))
            real_rounds.append(crowd(moments, lambda n, paths=tokens: join(portal, paths[n])))  # type: ignore[misc]  # a lambda with a default
            real_rounds[-1].problems += missing(size)
    errors = sum(len(one.problems) for one in real_rounds)
    for step in STEPS:
        for share in (0.5, 0.95):
            yield Waits(
                what=f"the join page {step}, {size} people within {60 * size / PER_MINUTE:.0f} s, p{share * 100:.0f}",
                baseline="a view with one query and no middleware",
                bare=tuple(1000 * percentile(one.waits[step], share) for one in bare_rounds),
                real=tuple(1000 * percentile(one.waits[step], share) for one in real_rounds),
                errors=errors,
            )


def meeting_with(world: World, *, at: datetime) -> list[str]:
    """Make an event that begins in ten minutes, with everybody registered; gives the paths of their join pages."""
    event, start = make_workshop(world, capacity=None), at + timedelta(minutes=10)
    event.wall_date, event.wall_time, event.zone = start.date(), start.time().replace(microsecond=0), "UTC"
    event.join_url, event.meeting_number, event.passcode = "https://meet.example.org/room", "880 1234", "cacao"
    event.save()
    rows = [
        Registration(event=event, member=person, state=Registration.State.CONFIRMED, created_at=at, state_since=at)
        for person in world.people
    ]
    return [urlsplit(join_link(row)).path for row in Registration.objects.bulk_create(rows)]


def arrivals(size: int, *, seed: int) -> list[float]:
    """At which second each of so many people comes, in order; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    return sorted(chance.uniform(0, 60 * size / PER_MINUTE) for _ in range(size))


def crowd(moments: Sequence[float], visit: Visit) -> Round:
    """Let each person come at her moment, and wait for the last one's answer."""
    found, start = Round(), time.perf_counter()
    visits: list[Future[Sequence[float]]] = []
    with ThreadPoolExecutor(THREADS) as clients:
        for number, moment in enumerate(moments):
            time.sleep(max(start + moment - time.perf_counter(), 0))
            visits.append(clients.submit(visit, number))
    for one in visits:
        if problem := one.exception():
            found.problems.append(str(problem))
            continue
        for step, wait in zip(STEPS, one.result(), strict=True):
            found.waits[step].append(wait)
    if not any(found.waits.values()):
        raise RuntimeError(f"Nobody came in: {found.problems[0]}")
    return found


def join(port: int, path: str) -> list[float]:
    """Open the join page, press the button, and follow to the page that sends on; gives how long each took."""
    opened, cookies, page, _ = ask(port, "GET", path, expect=200)
    form = urlencode({**dict(_FIELD.findall(page)), "people": "1"})
    clicked, _, _, onward = ask(port, "POST", path, cookies=cookies, body=form, expect=303)
    gone, _, page, _ = ask(port, "GET", onward, cookies=cookies, expect=200)
    if "https://meet.example.org/room" not in page:
        raise RuntimeError("The page that sends on did not hold the meeting's link.")
    return [opened, clicked, gone]


def ask(
    port: int, method: str, path: str, *, cookies: str = "", body: str = "", expect: int = 200
) -> tuple[float, str, str, str]:
    """Ask once over a connection of its own; gives the wait in seconds, cookies, words, and where a redirect leads.

    Raises:
        RuntimeError: another answer than expected.
    """
    headers = {"Cookie": cookies, "Connection": "close"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    start = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        words = answer.read().decode()
    finally:
        connection.close()
    wait = time.perf_counter() - start
    if answer.status != expect:
        raise RuntimeError(f"{method} {path.split('/')[1]} answered {answer.status}, not {expect}.")
    kept = "; ".join(one.split(";")[0] for one in answer.headers.get_all("Set-Cookie") or [])
    return wait, kept, words, answer.headers.get("Location", "")


def missing(size: int) -> list[str]:
    """What is not on record after a round: each person's click has to be."""
    event = Event.objects.latest("id")
    clicks = AttendanceEvidence.objects.filter(event=event).count()
    return [] if clicks == size else [f"{size} people came and {clicks} clicks are on record."]
