"""One mail of every kind, made by the functions that make it in life, for people whose words may be hostile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest.mock import patch

from django.test import RequestFactory

from events import (
    attendance_emails,
    feedback_emails,
    material_emails,
    role_emails,
    series_emails,
    several_emails,
)
from events import emails as event_emails
from events.leads import LEADS
from events.models import Event, Registration, Role
from events.places import place_link
from events.telling import Listener, Span
from forestallies import digest
from members.accounts import AccountAdapter
from members.models import (
    Grant,
    Member,
)
from notices import drawers
from notices.models import RefusedAddress
from notices.outbox import Posting
from notices.render import Message
from programs import emails as program_emails
from tests.certificates import papers
from tests.emails import disputes, member_samples
from tests.emails.people import (
    AT,
    MONDAY,
    SUNDAY,
    TIMESTAMP,
    TITLE,
    application,
    person,
    registration,
    role,
)
from tests.factories import (
    AttendanceFactory,
    CohortFactory,
    EventFactory,
    GrantFactory,
    MaterialFactory,
    RegistrationFactory,
    join,
)

NOTIFICATION = {"timestamp": TIMESTAMP, "ip": "192.0.2.7", "user_agent": "Mozilla/5.0"}

# What allauth hands over with each of its mails.
ACCOUNT_CONTEXTS: dict[str, dict[str, object]] = {
    "account/email/login_code": {"code": "KQ3-7FD"},
    "account/email/email_confirmation": {"code": "KQ3-7FD"},
    "account/email/email_confirmation_signup": {"code": "KQ3-7FD"},
    "account/email/password_reset_code": {"code": "KQ3-7FD"},
    "account/email/password_reset_key": {
        "uid": "1a",
        "key": "c1-0f00ba4",
        "password_reset_url": "http://another-host.example/accounts/password/reset/key/1a-c1-0f00ba4/",
    },
    "account/email/account_already_exists": {
        "signup_url": "http://another-host.example/",
        "password_reset_url": "http://another-host.example/",
    },
    "account/email/unknown_account": {"signup_url": "http://another-host.example/"},
    "account/email/password_changed": NOTIFICATION,
    "account/email/password_reset": NOTIFICATION,
    "account/email/password_set": NOTIFICATION,
    "account/email/email_confirm": NOTIFICATION,
    "account/email/email_changed": {
        **NOTIFICATION,
        "from_email": "old@example.org",
        "to_email": "new@example.org",
        "objection": "http://127.0.0.1:8000/address/0f00ba4/",
    },
    "account/email/email_deleted": {**NOTIFICATION, "deleted_email": "old@example.org"},
    "mfa/email/totp_activated": NOTIFICATION,
    "mfa/email/totp_deactivated": NOTIFICATION,
    "mfa/email/webauthn_added": NOTIFICATION,
    "mfa/email/webauthn_removed": NOTIFICATION,
    "mfa/email/recovery_codes_generated": NOTIFICATION,
}

EVENT_KINDS = (
    "registration_confirmed",
    "registration_pending",
    "registration_declined",
    "waitlisted",
    "promoted",
    "offered",
    "offer_expired",
    "registration_cancelled",
    "reminder_7d",
    "reminder_24h",
    "reminder_1h",
    "rescheduled",
    "event_cancelled",
    "role_invitation",
    "role_withdrawn",
    "staff_brief",
    "feedback_request",
    "feedback_reminder",
    "missed_session",
)
CONTACT_KINDS = ("contact_request", "contact_accepted", "match_suggested", "introduction")
JOINING_KINDS = (
    "application_received",
    "application_exists",
    "already_member",
    "application_to_review",
    "applications_to_review",
    "address_stopped",
    "welcome",
    "added_to_community",
    "application_declined",
    "more_information",
    "application_answered",
    "application_draft",
    "concern_reported",
)
DISPUTE_KINDS = ("attendance_disputed", "dispute_answered")
MEMBERSHIP_KINDS = ("yearly_check", "organisation_check", "still_there", "membership_changed", "term_withdrawn")
SEVERAL_KINDS = ("registered_with_circle", "registered_several", "rescheduled_series", "attendance_recorded")
ONE_KINDS = ("materials_posted", "letter", "letter_important", "letter_test", "weekly_digest", "certificate_issued")
OWN_DATA_KINDS = ("data_export_ready", "erasure_asked", "erasure_planned", "records_merged")
KINDS = (
    *OWN_DATA_KINDS, *EVENT_KINDS, *SEVERAL_KINDS, *DISPUTE_KINDS, *ONE_KINDS, *CONTACT_KINDS, *MEMBERSHIP_KINDS,
    *JOINING_KINDS, *ACCOUNT_CONTEXTS,
)  # fmt: skip


def message(kind: str, language: str = "en", *, name: str = "Ana Quispe", title: str = TITLE) -> Message:
    """Make the mail of one kind in one language."""
    if kind in ACCOUNT_CONTEXTS:
        return _account_message(kind, person(language, name=name))
    return words(posting(kind, language, name=name, title=title))


def words(made: Posting, *, at: datetime = AT) -> Message:
    """The finished words of a posting, drawn where that is left to delivery."""
    if isinstance(made.message, Message):
        return made.message
    return drawers.draw(made.message.kind, made.message.facts, at=at)


def posting(kind: str, language: str = "en", *, name: str = "Ana Quispe", title: str = TITLE) -> Posting:  # noqa: PLR0911 (one line for each kind)
    """Make the posting of one of the portal's own mails."""
    if kind in (*EVENT_KINDS, *SEVERAL_KINDS, *DISPUTE_KINDS):
        return _event_posting(kind, person(language, name=name), title)
    if kind == "materials_posted":
        return _materials_posting(person(language, name=name), title)
    if kind == "weekly_digest":
        return _weekly_posting(person(language, name=name), title)
    if kind.startswith("letter"):
        return member_samples.letter_posting(kind, person(language, name=name), title)
    if kind in CONTACT_KINDS:
        return member_samples.contact_posting(kind, person(language, name=name), title)
    if kind in MEMBERSHIP_KINDS:
        return member_samples.membership_posting(kind, person(language, name=name), title)
    if kind in OWN_DATA_KINDS:
        return member_samples.own_data_posting(kind, person(language, name=name), title)
    if kind == "certificate_issued":
        holder, cohort = person(language, name=name), CohortFactory.create()
        return program_emails.certificate_issued(papers.issued(holder, name=holder.name), cohort)
    return member_samples.joining_posting(kind, language, name)


def _event_posting(kind: str, member: Member, title: str) -> Posting:
    State = Registration.State  # noqa: N806 (as it is written everywhere else)

    def one(state: Registration.State) -> Registration:
        return registration(member, state, title=title)

    make: dict[str, Callable[[], Posting]] = {
        "registration_confirmed": lambda: event_emails.answer(one(State.CONFIRMED), at=AT),
        "registration_pending": lambda: event_emails.answer(one(State.PENDING), at=AT),
        "registration_declined": lambda: event_emails.registration_declined(
            one(State.DECLINED), reason="We had many wishes from your country.", at=AT
        ),
        "waitlisted": lambda: event_emails.answer(one(State.WAITLISTED), at=AT),
        "promoted": lambda: event_emails.promoted(one(State.CONFIRMED), at=AT),
        "offered": lambda: event_emails.promoted(one(State.OFFERED), at=AT),
        "offer_expired": lambda: event_emails.offer_expired(one(State.EXPIRED), at=AT),
        "registered_with_circle": lambda: event_emails.registered_with_circle(
            [one(State.CONFIRMED), one(State.CONFIRMED)], at=AT
        ),
        "registered_several": lambda: several_emails.registered_several(
            [one(State.CONFIRMED), one(State.WAITLISTED), one(State.PENDING)], at=AT
        ),
        "attendance_recorded": lambda: _attended(member, [one(State.CONFIRMED), one(State.CONFIRMED)]),
        "attendance_disputed": lambda: disputes.reported(member, one(State.CONFIRMED), at=AT),
        "dispute_answered": lambda: disputes.answered(member, one(State.CONFIRMED), at=AT),
        "missed_session": lambda: _missed(member, one(State.CONFIRMED)),
        "registration_cancelled": lambda: event_emails.registration_cancelled(
            one(State.CANCELLED), had_seat=True, at=AT
        ),
        **{
            # Whatever its hour is: the samples are all of one day.
            lead.kind: lambda lead=lead: replace(  # type: ignore[misc]  # a lambda with a default
                event_emails.reminder(one(State.CONFIRMED), lead, at=AT), expires_at=None
            )
            for lead in LEADS
        },
        "role_invitation": lambda: role_emails.invitation(role(member, Role.State.INVITED, title=title), at=AT),
        "role_withdrawn": lambda: role_emails.withdrawn(role(member, Role.State.REPLACED, title=title), at=AT),
        "staff_brief": lambda: role_emails.staff_brief(role(member, Role.State.ACCEPTED, title=title), at=AT),
        "feedback_request": lambda: feedback_emails.feedback_request(one(State.CONFIRMED)),
        "feedback_reminder": lambda: feedback_emails.feedback_reminder(one(State.CONFIRMED)),
        "rescheduled_series": lambda: series_emails.rescheduled_series(
            [_moved_for(member, title), _moved_for(member, title)], at=AT
        ),
        "rescheduled": lambda: event_emails.rescheduled(*_told_of(member, title, timedelta(days=1)), at=AT),
        "event_cancelled": lambda: event_emails.event_cancelled(
            *_told_of(member, title, timedelta()), reason="The speaker is ill.", at=AT
        ),
    }
    return make[kind]()


def _moved_for(member: Member, title: str) -> tuple[Event, Listener]:
    """An event that was moved by a day, and somebody with a seat who knows the former time."""
    event, listener = _told_of(member, title, timedelta(days=1))
    event.sequence = 1
    event.save(update_fields=["sequence"])
    return event, listener


def _told_of(member: Member, title: str, off: timedelta) -> tuple[Event, Listener]:
    """An event and somebody with a seat in it, who was told a time that is off by so much."""
    seat = registration(member, Registration.State.CONFIRMED, title=title)
    event = seat.event
    told = Span(event.starts_at + off, event.ends_at + off)
    return event, Listener(member, told, has_entry=True, place=place_link(seat))


def _attended(member: Member, seats: list[Registration]) -> Posting:
    """One event whose minutes were measured, and one at which she was only seen."""
    for seat, seconds in zip(seats, (5_040, None), strict=True):
        AttendanceFactory.create(event=seat.event, member=member, seconds=seconds)
    statuses = {seat.event_id: "attended" for seat in seats}
    return attendance_emails.attendance_recorded(member, AT.date(), statuses)


def _missed(member: Member, seat: Registration) -> Posting:
    """There is a recording, and another event to come."""
    join(member, seat.event.home)
    AttendanceFactory.create(event=seat.event, member=member, status="no_show")
    MaterialFactory.create(event=seat.event, title=seat.event.title, kind="recording")
    EventFactory.create(title=seat.event.title, home=seat.event.home, wall_date=date(2026, 12, 9))
    return attendance_emails.missed_session(seat)


def _weekly_posting(member: Member, title: str) -> Posting:
    """Everything that can wait for a coordinator."""
    home = application().community.circle
    GrantFactory.create(member=member, circle=home, right=Grant.Right.COORDINATOR)
    events = [EventFactory.create(title=title, home=home, wall_date=date(2026, 11, day)) for day in (25, 28, 29)]
    RegistrationFactory.create(event=events[0], member=member)
    late = EventFactory.create(title=title, home=home)
    RegistrationFactory.create(event=late, member=member, state=Registration.State.PENDING)
    RefusedAddress.objects.create(
        address="gone@example.org", member=join(person(name=member.name), home), last_at=AT, stopped_at=SUNDAY
    )
    [only] = digest._due(MONDAY)  # as the tick makes it
    return only


def _materials_posting(member: Member, title: str) -> Posting:
    """A file and a link of one event, in two languages."""
    event = registration(member, Registration.State.CONFIRMED, title=title).event
    join(member, event.home)
    file = {"url": "", "name": "Slides.pptx", "size": 1_234_567, "content_type": "application/x", "sha256": "0" * 64}
    made = [
        MaterialFactory.create(event=event, title=title, kind="slides", language="es", **file),
        MaterialFactory.create(event=event),
    ]
    return material_emails.materials_posted(member, AT.date(), [one.pk for one in made], at=AT)


def _account_message(kind: str, member: Member) -> Message:
    """Send one of allauth's mails through the adapter and catch what it posts."""
    adapter = AccountAdapter(RequestFactory().get("/"))
    with patch("members.accounts.outbox.post_once") as post_once:
        adapter.send_mail(kind, member.email or "", dict(ACCOUNT_CONTEXTS[kind]))
    caught: Posting = post_once.call_args.args[0]
    return caught.message
