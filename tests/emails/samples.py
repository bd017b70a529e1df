"""One mail of every kind, made by the functions that make it in life, for people whose words may be hostile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

from django.conf import settings
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
from forestallies.privacy import emails as own_data_emails
from members import (
    concern_emails,
    consent_emails,
    contact_emails,
    import_emails,
    joining_emails,
    listing_emails,
    mailing_emails,
    membership_emails,
)
from members import emails as member_emails
from members.accounts import AccountAdapter
from members.models import (
    Application,
    ApplicationDraft,
    Concern,
    Consent,
    DataExport,
    ErasureRequest,
    Grant,
    Member,
    Question,
)
from members.models.mailings import LANGUAGES, Words
from notices import drawers
from notices.models import RefusedAddress
from notices.outbox import Posting
from notices.render import Message
from programs import emails as program_emails
from tests.certificates import papers
from tests.emails import disputes
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    CohortFactory,
    ContactRequestFactory,
    EventFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MaterialFactory,
    MemberFactory,
    MembershipFactory,
    RegistrationFactory,
    RoleFactory,
    join,
)

AT = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)  # a day before the factory's event starts
TITLE = "Working with smallholders"
TOKEN = "a-token-of-a-link"
MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # 07:00 in Lima
SUNDAY = datetime(2026, 11, 29, 9, tzinfo=UTC)
SITE_LINK = f"{settings.SITE_URL}/forest-allies/"
TIMESTAMP = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)

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
OWN_DATA_KINDS = ("data_export_ready", "erasure_asked", "erasure_planned")
KINDS = (
    *OWN_DATA_KINDS, *EVENT_KINDS, *SEVERAL_KINDS, *DISPUTE_KINDS, *ONE_KINDS, *CONTACT_KINDS, *MEMBERSHIP_KINDS,
    *JOINING_KINDS, *ACCOUNT_CONTEXTS,
)  # fmt: skip


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
        return _letter_posting(kind, person(language, name=name), title)
    if kind in CONTACT_KINDS:
        return _contact_posting(kind, person(language, name=name), title)
    if kind in MEMBERSHIP_KINDS:
        return _membership_posting(kind, person(language, name=name), title)
    if kind in OWN_DATA_KINDS:
        return _own_data_posting(kind, person(language, name=name), title)
    if kind == "certificate_issued":
        holder, cohort = person(language, name=name), CohortFactory.create()
        return program_emails.certificate_issued(papers.issued(holder, name=holder.name), cohort)
    return _joining_posting(kind, language, name)


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


def _own_data_posting(kind: str, member: Member, title: str) -> Posting:
    """A copy that is ready; a wish to be erased, and one that a coordinator with a hostile name asked for."""
    until = AT + timedelta(days=7)
    if kind == own_data_emails.READY:
        export = DataExport.objects.create(member=member, asked_at=AT, made_at=AT, expires_at=until)
        return own_data_emails.data_export_ready(export)
    if kind == own_data_emails.ASKED:
        return own_data_emails.erasure_asked(ErasureRequest.objects.create(member=member, asked_by=member, asked_at=AT))
    wish = ErasureRequest.objects.create(
        member=member, asked_by=person(name=title), asked_at=AT, state="waiting", confirmed_at=AT, due_at=until
    )
    return own_data_emails.erasure_planned(wish)


def _contact_posting(kind: str, member: Member, title: str) -> Posting:
    """Somebody of the same name asks; what she writes has several lines."""
    if kind in (listing_emails.SUGGESTED, listing_emails.BOTH):
        hers = ListingFactory.create(member=member, what=title[:120])
        found = IntroductionFactory.create(need=hers, offer__what=title[:120], offer__member=person(name=member.name))
        make = listing_emails.match_suggested if kind == listing_emails.SUGGESTED else listing_emails.introduction
        return make(found, member)
    request = ContactRequestFactory.create(asker=person(name=member.name), asked=member, message=f"{title}\n\nYours")
    if kind == contact_emails.ASKED:
        return contact_emails.contact_request(request)
    return contact_emails.contact_accepted(request, member)


def _membership_posting(kind: str, member: Member, title: str) -> Posting:
    """Of an organisation that is called by the title."""
    if kind == "term_withdrawn":
        return consent_emails.to_coordinator(member, Consent.Term.COMMITMENT, outcome="pause", member=member, at=AT)
    made = MembershipFactory.create(member=member, organisation__name=title[:160])
    if kind == membership_emails.ORGANISATION:
        assert made.organisation is not None
        return membership_emails.organisation_check(made.organisation, member, at=AT)
    if kind == membership_emails.YEARLY:
        return membership_emails.yearly_check(made, at=AT)
    if kind == membership_emails.STILL_THERE:
        return membership_emails.still_there(made, asks=2, at=AT)
    return membership_emails.membership_changed(made, "dormant", at=AT)


def _letter_posting(kind: str, member: Member, title: str) -> Posting:
    """A letter to the people of an event, with each placeholder that there is."""
    event = registration(member, Registration.State.CONFIRMED, title=title).event
    writer = person(name=member.name)
    mailing = MailingFactory.build(
        circle=event.home,
        audience={"of": "event", "id": event.pk, "groups": ["confirmed"]},
        created_by=writer,
        changed_by=writer,
        is_important=kind == mailing_emails.IMPORTANT,
    )
    text = f"{SITE_LINK}\n\n{{name}}: {{event}}, {{when}}"
    mailing.write({code: Words(f"{title[:60]}: {{event}}"[:150], text) for code in LANGUAGES})
    mailing.save()
    if kind == mailing_emails.TEST:
        return mailing_emails.trial(mailing, member, member.language, at=AT)
    return mailing_emails.letter(mailing, member, at=AT)


def _joining_posting(kind: str, language: str, name: str) -> Posting:  # noqa: PLR0911 (one line for each kind)
    if kind == "already_member":
        return member_emails.already_member(person(language, name=name), at=AT)
    if kind == "application_declined":
        declined = application(
            language, name=name, state="declined", reason="incomplete", decided_at=AT, decided_by=person()
        )
        return member_emails.application_declined(declined, at=AT)
    if kind in ("more_information", "application_answered", "application_draft"):
        return _continuing_posting(kind, language, name)
    written = application(language, name=name)
    if kind == "concern_reported":
        return concern_emails.concern_reported(_concern(written, name), person(language, name=name))
    if kind == "application_received":
        return member_emails.application_received(written, token=TOKEN)
    if kind == "application_exists":
        return member_emails.application_exists(written, token=TOKEN, at=AT)
    if kind == "application_to_review":
        return member_emails.application_to_review(written, person(language, name=name))
    if kind == "applications_to_review":
        return member_emails.applications_to_review(person(language, name=name), [written.pk, application().pk])
    if kind == "address_stopped":
        refused = RefusedAddress.objects.create(
            address="gone@example.org",
            member=person("es", name=name),
            problem="550 5.1.1 <gone@example.org>: user unknown",
            last_at=AT,
            stopped_at=AT,
        )
        return member_emails.address_stopped(refused, person(language, name="Bo Dupont"))
    if kind == "added_to_community":
        return import_emails.added_to_community(
            person(language, name=name), written.community, token=TOKEN, expires_at=TIMESTAMP, invitation=1
        )
    return member_emails.welcome(written, person(language, name=name), token=TOKEN, expires_at=TIMESTAMP)


def _concern(written: Application, name: str) -> Concern:
    """What somebody reported; no word of it may come into a mail."""
    return Concern.objects.create(circle=written.community.circle, words=f"{name} shouted.", created_at=AT)


def _continuing_posting(kind: str, language: str, name: str) -> Posting:
    """Of an application with an open question, and of a form that is continued later."""
    written = application(language, name=name, state="info_requested")
    bo = person(language, name="Bo Dupont")
    if kind == "application_draft":
        draft = ApplicationDraft.objects.create(
            community=written.community, email="ada@example.org", language=language, words={"name": [name]},
            token_hash="0" * 64, saved_at=AT, expires_at=AT + ApplicationDraft.KEPT,
        )  # fmt: skip
        return joining_emails.application_draft(draft, token=TOKEN)
    question = Question.objects.create(
        application=written, asked_by=bo, asked_at=AT, text=f"{name}, how many families are in your cooperative?\n"
        "And since when?",
    )  # fmt: skip
    if kind == "more_information":
        return joining_emails.more_information(question)
    GrantFactory.create(member=bo, circle=written.community.circle, right=Grant.Right.COORDINATOR)
    return joining_emails.application_answered(question, at=AT)[0]


def _account_message(kind: str, member: Member) -> Message:
    """Send one of allauth's mails through the adapter and catch what it posts."""
    adapter = AccountAdapter(RequestFactory().get("/"))
    with patch("members.accounts.outbox.post_once") as post_once:
        adapter.send_mail(kind, member.email or "", dict(ACCOUNT_CONTEXTS[kind]))
    caught: Posting = post_once.call_args.args[0]
    return caught.message
