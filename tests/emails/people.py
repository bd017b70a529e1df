"""Whom the samples of mails are about, and the moments they are of."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from events.models import Event, Registration, Role
from members.models import (
    Application,
    Member,
)
from tests.factories import (
    ApplicationFactory,
    EventFactory,
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
)

AT = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)  # a day before the factory's event starts
TITLE = "Working with smallholders"
TOKEN = "a-token-of-a-link"
MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # 07:00 in Lima
SUNDAY = datetime(2026, 11, 29, 9, tzinfo=UTC)
SITE_LINK = f"{settings.SITE_URL}/forest-allies/"
TIMESTAMP = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)


def person(language: str = "en", *, zone: str = "America/Lima", name: str = "Ana Quispe") -> Member:
    return MemberFactory.create(name=name, zone=zone, language=language)


def registration(member: Member, state: Registration.State, *, title: str = TITLE) -> Registration:
    """A registration for the factory's event, with interpretation, on 2 December 2026 at 13:00Z."""
    event: Event = EventFactory.create(title=title, interpretation=["es", "fr"])
    waits, gone = state == Registration.State.WAITLISTED, state == Registration.State.CANCELLED
    return RegistrationFactory.create(
        event=event,
        member=member,
        state=state,
        queue_no=3 if waits else None,
        offer_expires_at=AT + timedelta(hours=2) if state == Registration.State.OFFERED else None,
        cancelled_by="member" if gone else "",
    )


def role(member: Member, state: Role.State, *, title: str = TITLE) -> Role:
    """An interpreter's part in such an event, with something to know, and one person who is coming."""
    event = registration(person(), Registration.State.CONFIRMED, title=title).event
    MaterialFactory.create(event=event, title=title)
    return RoleFactory.create(
        event=event,
        member=member,
        kind=Role.Kind.INTERPRETER,
        channel="fr",
        state=state,
        expectation=title,
        rehearsal_at=AT + timedelta(hours=3),
        invited_at=AT,
        invited_by=person(name=member.name),
    )


def application(language: str = "en", *, name: str = "Ana Quispe", **fields: object) -> Application:
    return ApplicationFactory.create(name=name, language=language, **fields)
