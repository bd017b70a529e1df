"""The pages of the day itself on a phone and on a desk: nothing runs off the side, nothing shuts anybody out."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from events.models import Event, Role, SpeakerQuestion
from events.places import ASSIGNMENT, FEEDBACK, JOIN
from forestallies.lib.links import SignedLink
from tests import chromium
from tests.flows.demo import start_in
from tests.flows.test_look import look
from tests.processes import web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEAM = [
    "", "roles/", "roles/invite/", "run-of-show/", "run-of-show/live/?still=1", "run-of-show/print/", "rooms/",
    "rooms/new/", "rooms/print/", "rooms/notes/", "my-room/", "materials/", "questions/", "messages/", "attendance/",
    "feedback/", "history/",
]  # fmt: skip


def session(number: int) -> Event:
    return Event.objects.get(slug=f"sske-2026-27-session-{number}")


def path_of(link: SignedLink, pk: int) -> str:
    return urlsplit(link.address(pk)).path


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1280, "fr"), (360, "pt-br"), (1280, "es")])
def test_pages_of_the_day_are_open_to_everybody(demo: None, tmp_path: Path, width: int, language: str) -> None:
    coming, with_rooms, held = session(4), session(8), session(2)
    seat = coming.registrations.confirmed().get(member__email="ama.boateng@example.org")
    interpreter = Role.objects.filter(event=coming, kind=Role.Kind.INTERPRETER).earliest("id")
    host = with_rooms.roles.filter(kind=Role.Kind.CO_FACILITATOR, state=Role.State.ACCEPTED).first()
    segment, room = coming.segments.earliest("position"), with_rooms.rooms.earliest("position")
    material, role = held.materials.earliest("id"), coming.roles.earliest("id")
    start_in(coming, 0)  # the doors are open
    links = [path_of(JOIN, seat.pk), path_of(ASSIGNMENT, interpreter.pk), path_of(FEEDBACK, seat.pk)]
    own = [f"/join/{coming.pk}/", f"/events/{coming.pk}/questions/", coming.get_absolute_url()]
    own += [f"/feedback/{session(3).pk}/", held.get_absolute_url()]
    staff = [f"/staff/events/{coming.pk}/{page}" for page in TEAM]
    staff += [f"/staff/events/{with_rooms.pk}/{page}" for page in ("", "rooms/", "rooms/print/", f"rooms/{room.pk}/")]
    staff += [f"/staff/events/{held.pk}/{page}" for page in ("feedback/", "materials/", f"materials/{material.pk}/")]
    staff += [f"/staff/events/{coming.pk}/roles/{role.pk}/", f"/staff/events/{coming.pk}/run-of-show/{segment.pk}/"]
    staff += [f"/staff/events/{coming.pk}/check-in/"]
    with web(tmp_path) as address, chromium.launched() as browser:
        found = look(browser, address, "", links, width, language)
        found += look(browser, address, "ama.boateng@example.org", own, width, language)
        found += look(browser, address, "lucia.puente@example.org", staff, width, language)
        if host:
            mine = [f"/staff/events/{with_rooms.pk}/my-room/", f"/staff/events/{with_rooms.pk}/"]
            found += look(browser, address, host.member.email or "", mine, width, language)
    assert SpeakerQuestion.objects.filter(event=coming).exists()
    assert not found, "\n".join(found)
