"""The kinds of event that apps above bring along, so that the spine can link to their pages without knowing them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.http import HttpResponse
from django.utils.functional import Promise

if TYPE_CHECKING:
    from events.forms.registration import RegistrationForm
    from events.models import Event
    from members.models import Member
    from members.requests import MemberRequest


class Show(Protocol):
    """Draw an event's own page, with a form as it was sent."""

    def __call__(
        self, request: "MemberRequest", event: "Event", *, form: "RegistrationForm | None" = None, status: int = 200
    ) -> HttpResponse: ...


@dataclass(frozen=True)
class Topic:
    """Something that an event is about.

    Attributes:
        name: in the portal's first language, as it is stored with what people say about it.
        label: in the language that is active.
    """

    name: str
    label: str


def no_topics(_event: "Event") -> list[Topic]:
    return []


def its_title(event: "Event") -> str:
    return event.title


def always_ready(_event: "Event") -> None:
    return None


def no_standing(_event: "Event", _member: "Member", _at: datetime) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    Attributes:
        name: stored in `Event.kind`.
        label: what members call it.
        page: gives the path of an event's own page.
        show: draws that page.
        model: its table, as `app_model`; names its pages in the staff admin.
        topics: gives what an event is about, in its order, for those who say what they learnt; empty: no list of it.
        called: gives what people call an event in a few words, in the active language, as for the subject of a mail.
        standing: says in one or two sentences, in the active language, how far a person has come in what an event is
            part of, and what is still needed; empty where nothing is counted.
        check_ready: raises `ScheduleRefused` while something is missing that people must read before they register.
    """

    name: str
    label: str | Promise
    page: Callable[["Event"], str]
    show: Show
    model: str
    topics: Callable[["Event"], list[Topic]] = no_topics
    called: Callable[["Event"], str] = its_title
    standing: Callable[["Event", "Member", datetime], str] = no_standing
    check_ready: Callable[["Event"], None] = always_ready


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; apps call it when they are ready."""
    _KINDS[kind.name] = kind


def of(event: "Event") -> Kind:
    """Give an event's kind.

    Raises:
        KeyError: no app registered that kind.
    """
    return _KINDS[event.kind]
