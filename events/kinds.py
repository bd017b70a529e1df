"""The kinds of event that apps above bring along, so that the spine can link to their pages without knowing them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.http import HttpResponse
from django.utils.functional import Promise

if TYPE_CHECKING:
    from events.forms.registration import RegistrationForm
    from events.models import Event
    from members.requests import MemberRequest


class Show(Protocol):
    """Draw an event's own page, with a form as it was sent."""

    def __call__(
        self, request: "MemberRequest", event: "Event", *, form: "RegistrationForm | None" = None, status: int = 200
    ) -> HttpResponse: ...


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    Attributes:
        name: stored in `Event.kind`.
        label: what members call it.
        page: gives the path of an event's own page.
        show: draws that page.
        model: its table, as `app_model`; names its pages in the staff admin.
    """

    name: str
    label: str | Promise
    page: Callable[["Event"], str]
    show: Show
    model: str


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
