"""One row in every relation to a person or an organisation: the same for two, so that all that can collide does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry

from events.models import (
    AttendanceEvidence,
    CalendarFeed,
    Event,
    Feedback,
    FeedbackReceipt,
    RoomNote,
    RoomPlace,
    SpeakerQuestion,
    SpeakerQuestionVote,
    Transition,
)
from forestallies.lib import links
from jobs.models import Job, Submission
from members.actions import invitations
from members.models import (
    AddressChange,
    Affiliation,
    ConcernStep,
    Confidence,
    Consent,
    DataExport,
    ErasureRequest,
    FormerAddress,
    Grant,
    ImportOrganisation,
    ImportRow,
    Member,
    MemberImport,
    Membership,
    MembershipStep,
    Merged,
    NotTheSame,
    OpenSession,
    Organisation,
    Partnership,
    Question,
    SupportedProject,
    TermAnswer,
    TermVersion,
)
from notices.models import Notice, Preference, RefusedAddress
from programs.candidates import certificate_key
from tests.certificates import papers
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    CohortFactory,
    ConcernFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    DisputeFactory,
    EnrolmentFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MaterialFactory,
    MemberFactory,
    MembershipFactory,
    OpenPointFactory,
    OrganisationFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    WorkshopFactory,
    join,
)
from workshops.models import Appearance, Carrying, GroupNote

LONG_AGO = date(2026, 1, 5)


@dataclass
class Place:
    """What both take part in."""

    event: Event
    organisation: Organisation
    third: Member
    at: datetime

    def __post_init__(self) -> None:
        self.circle = self.event.home
        self.community = self.circle.community
        self.cohort = CohortFactory.create()
        self.application = ApplicationFactory.create(community=self.community)
        self.room = RoomFactory.create(event=self.event)
        self.question = SpeakerQuestion.objects.create(
            event=self.event, member=self.third, words="Why?", created_at=self.at
        )
        self.registration = RegistrationFactory.create(event=self.event, member=self.third)


def place(at: datetime) -> Place:
    return Place(WorkshopFactory.create().event_ptr, OrganisationFactory.create(), MemberFactory.create(), at)


def _notice(who: Member, key: str, at: datetime) -> Notice:
    return Notice.objects.create(
        key=key, kind="x", recipient=who, address=who.email, language="en", message_id=key, created_at=at,
        next_attempt_at=at, expires_at=at.replace(year=2027), facts={"member": who.pk},
    )  # fmt: skip


def _merged(kept: Member | Organisation, number: int, at: datetime, by: Member | None = None) -> Merged:
    is_person = isinstance(kept, Member)
    return Merged.objects.create(
        of="person" if is_person else "organisation", former_id=number, at=at, by=by,
        **{"member" if is_person else "organisation": kept},
    )  # fmt: skip


# Each makes one row for a person, or finds the one that another made.
OF_PERSON: dict[str, Callable[[Member, Place], Any]] = {
    "members.Membership.member": lambda who, to: MembershipFactory.create(
        member=who, community=to.community, organisation=to.organisation
    ),
    "members.Affiliation.member": lambda who, to: Affiliation.objects.create(
        member=who, organisation=to.organisation, starts_on=LONG_AGO
    ),
    "members.CircleMember.member": lambda who, to: join(who, to.circle),
    "programs.Enrolment.member": lambda who, to: EnrolmentFactory.create(member=who, cohort=to.cohort),
    "members.Grant.member": lambda who, to: Grant.objects.create(
        member=who, right="organisation_contact", organisation=to.organisation, starts_at=to.at
    ),
    "events.Registration.member": lambda who, to: RegistrationFactory.create(event=to.event, member=who),
    "events.Attendance.member": lambda who, to: AttendanceFactory.create(event=to.event, member=who),
    "events.AttendanceEvidence.member": lambda who, to: AttendanceEvidence.objects.create(
        event=to.event, member=who, source="code", created_at=to.at
    ),
    "events.Role.member": lambda who, to: to.room.hosts.add(RoleFactory.create(event=to.event, member=who)),
    "events.RoomPlace.member": lambda who, to: RoomPlace.objects.create(
        room=to.room, event=to.event, member=who, placed_at=to.at
    ),
    "events.RoomNote.author": lambda who, to: RoomNote.objects.create(
        event=to.event, room=to.room, author=who, words=f"Noted by {who.name}", updated_at=to.at
    ),
    "events.SpeakerQuestionVote.member": lambda who, to: SpeakerQuestionVote.objects.create(
        question=to.question, member=who
    ),
    "events.SpeakerQuestion.member": lambda who, to: SpeakerQuestion.objects.create(
        event=to.event, member=who, words="How?", created_at=to.at
    ),
    "workshops.GroupNote.author": lambda who, to: GroupNote.objects.create(
        workshop=to.event.workshop, version=who.pk, words="x", author=who, updated_at=to.at
    ),
    "workshops.Appearance.member": lambda who, to: Appearance.objects.create(
        gathering=to.event.workshop.gathering, member=who, since=to.at
    ),
    "events.Feedback.member": lambda who, to: Feedback.objects.create(event=to.event, member=who),
    "events.FeedbackReceipt.member": lambda who, to: FeedbackReceipt.objects.create(event=to.event, member=who),
    "certificates.Certificate.holder": lambda who, to: papers.issued(who, key=certificate_key(to.cohort, who.pk)),
    "members.DirectoryEntry.member": lambda who, _to: DirectoryEntryFactory.create(member=who),
    "members.ContactRequest.asker": lambda who, to: ContactRequestFactory.create(asker=who, asked=to.third),
    "members.ContactRequest.asked": lambda who, to: ContactRequestFactory.create(asker=to.third, asked=who),
    "members.Listing.member": lambda who, to: ListingFactory.create(member=who, community=to.community),
    "members.Consent.member": lambda who, to: Consent.objects.create(
        member=who, term="privacy", version="1", language="en", given_at=to.at
    ),
    "members.NotTheSame.member": lambda who, to: NotTheSame.objects.create(
        application=to.application, member=who, at=to.at
    ),
    "members.Application.member": lambda who, to: ApplicationFactory.create(community=to.community, member=who),
    "notices.Notice.recipient": lambda who, to: _notice(who, f"n{who.pk}", to.at),
    "notices.Preference.member": lambda who, to: Preference.objects.create(
        member=who, kind="x", wanted=True, changed_at=to.at
    ),
    "notices.RefusedAddress.member": lambda who, to: RefusedAddress.objects.create(
        address=who.email, member=who, last_at=to.at
    ),
    "account.EmailAddress.user": lambda who, _to: EmailAddress.objects.create(
        user=who, email=who.email, verified=True, primary=True
    ),
    "mfa.Authenticator.user": lambda who, _to: Authenticator.objects.create(user=who, type="totp", data={}),
    "members.SignInInvitation.member": lambda who, to: invitations.issue(member=who, at=to.at),
    "events.CalendarFeed.member": lambda who, to: CalendarFeed.objects.create(
        member=who, token_hash=links.new_token()[1], created_at=to.at
    ),
    "jobs.Submission.actor": lambda who, to: Submission.objects.create(
        key=uuid4(), kind="x", actor=who, created_at=to.at
    ),
    "jobs.Job.created_by": lambda who, to: Job.objects.create(
        kind="x", key=f"{who.pk}", created_by=who, created_at=to.at
    ),
    "certificates.Certificate.issued_by": lambda who, _to: _changed(who.certificates.first(), issued_by=who),
    "certificates.Certificate.ended_by": lambda who, to: _changed(
        who.certificates.first(), ended_by=who, ended_at=to.at, state="revoked"
    ),
    "members.Application.decided_by": lambda who, _to: _changed(who.applications.first(), decided_by=who),
    "members.Question.asked_by": lambda who, to: Question.objects.create(
        application=who.applications.first(), text="x", asked_by=who, asked_at=to.at
    ),
    "members.NotTheSame.by": lambda who, to: NotTheSame.objects.create(
        application=ApplicationFactory.create(community=to.community), member=to.third, by=who, at=to.at
    ),
    "members.Introduction.proposed_by": lambda who, _to: IntroductionFactory.create(
        need=who.listings.first(), proposed_by=who
    ),
    "members.Partnership.recorded_by": lambda who, to: Partnership.objects.create(
        community=to.community, parties="x", what="x", started_on=LONG_AGO, recorded_by=who, created_at=to.at,
        changed_at=to.at,
    ),
    "members.Mailing.created_by": lambda who, to: MailingFactory.create(circle=to.circle, created_by=who),
    "members.Mailing.changed_by": lambda who, to: MailingFactory.create(circle=to.circle, created_by=who),
    "members.Mailing.sent_by": lambda who, to: MailingFactory.create(
        circle=to.circle, created_by=who, sent_by=who, sent_at=to.at, state="sent", count=1
    ),
    "members.MembershipStep.by": lambda who, to: _step(MembershipFactory.create(community=to.community), who, to.at),
    "members.TermVersion.written_by": lambda who, to: TermVersion.objects.create(
        term="privacy", version=f"{who.pk}", written_by=who, written_at=to.at, published_by=who, published_at=to.at,
        in_force_from=to.at,
    ),
    "members.TermVersion.published_by": lambda who, _to: TermVersion.objects.get(published_by=who),
    "members.TermAnswer.member": lambda who, to: TermAnswer.objects.create(
        member=who, term="privacy", version="1", answer="no", answered_at=to.at
    ),
    "members.Confidence.member": lambda who, to: Confidence.objects.create(
        member=who, community=to.community, year=2026, half=1, value=4, answered_at=to.at
    ),
    "members.Concern.reporter": lambda who, to: ConcernFactory.create(circle=to.circle, reporter=who),
    "members.ConcernStep.by": lambda who, to: ConcernStep.objects.create(
        concern=ConcernFactory.create(circle=to.circle), state="open", by=who, at=to.at
    ),
    "members.OpenSession.member": lambda who, to: OpenSession.objects.create(
        member=who, session_key=f"s{who.pk}", browser="other", system="other", begun_at=to.at, seen_at=to.at
    ),
    "members.AddressChange.member": lambda who, to: AddressChange.objects.create(
        member=who, old_address="old@example.org", token_hash=links.new_token()[1], changed_at=to.at,
        expires_at=to.at + timedelta(days=14),
    ),
    "workshops.OpenPoint.owner": lambda who, to: OpenPointFactory.create(workshop=to.event.workshop, owner=who),
    "workshops.OpenPoint.author": lambda who, to: OpenPointFactory.create(workshop=to.event.workshop, author=who),
    "workshops.Carrying.by": lambda who, to: Carrying.objects.create(
        point=OpenPointFactory.create(workshop=to.event.workshop), source=to.event.workshop, target=to.event.workshop,
        by=who, at=to.at,
    ),
    "events.Dispute.answered_by": lambda who, to: DisputeFactory.create(
        attendance=AttendanceFactory.create(event=to.event, member=MemberFactory.create()),
        state="declined", answered_at=to.at, answered_by=who, answer="It is right.",
    ),
    "members.ImportRow.person": lambda who, to: ImportRow.objects.create(
        of=_list(to, None), number=who.pk, cells=[], person=who
    ),
    "members.MemberImport.by": lambda who, to: _list(to, who),
    "members.DataExport.member": lambda who, to: DataExport.objects.create(member=who, asked_at=to.at),
    "members.ErasureRequest.member": lambda who, to: ErasureRequest.objects.create(
        member=who, asked_at=to.at, state="withdrawn", ended_at=to.at
    ),
    "members.ErasureRequest.asked_by": lambda who, to: ErasureRequest.objects.create(
        member=MemberFactory.create(), asked_by=who, asked_at=to.at, state="asked"
    ),
    "members.Merged.by": lambda who, to: _merged(to.third, -1000 - who.pk, to.at, by=who),
    "members.Merged.member": lambda who, to: _merged(who, -who.pk, to.at),
    "members.FormerAddress.member": lambda who, to: FormerAddress.objects.create(
        member=who, address=f"before-{who.email}", since=to.at
    ),
    "events.Attendance.recorded_by": lambda who, _to: _changed(who.attendances.first(), recorded_by=who),
    "events.Material.posted_by": lambda who, to: MaterialFactory.create(event=to.event, posted_by=who),
    "events.Transition.by": lambda who, to: Transition.objects.create(
        registration=to.registration, from_state="confirmed", to_state="confirmed", by=who, at=to.at
    ),
    "events.Role.invited_by": lambda who, _to: _changed(who.roles.first(), invited_by=who),
    "events.SpeakerQuestion.settled_by": lambda who, _to: _changed(who.speaker_questions.first(), settled_by=who),
    "admin.LogEntry.user": lambda who, _to: LogEntry.objects.create(user=who, action_flag=1, object_repr="x"),
}  # fmt: skip

OF_ORGANISATION: dict[str, Callable[[Organisation, Place], Any]] = {
    "members.Affiliation.organisation": lambda it, to: Affiliation.objects.create(
        member=to.third, organisation=it, starts_on=LONG_AGO
    ),
    "members.Membership.organisation": lambda it, to: Membership.objects.create(
        member=MemberFactory.create(), community=to.community, organisation=it, stakeholder="COMP", joined_at=to.at
    ),
    "members.Grant.organisation": lambda it, to: Grant.objects.create(
        member=to.third, right="organisation_contact", organisation=it, starts_at=to.at
    ),
    "members.Application.organisation": lambda it, to: ApplicationFactory.create(
        community=to.community, organisation=it
    ),
    "members.NotTheSame.organisation": lambda it, to: NotTheSame.objects.create(
        application=to.application, organisation=it, at=to.at
    ),
    "members.SupportedProject.organisation": lambda it, _to: SupportedProject.objects.create(
        organisation=it, name="Brazil nuts", country="PE"
    ),
    "workshops.OpenPoint.organisation": lambda it, to: OpenPointFactory.create(
        workshop=to.event.workshop, organisation=it
    ),
    "members.ImportOrganisation.found": lambda it, to: ImportOrganisation.objects.create(
        of=_list(to, None), folded=f"{it.pk}", name="x", found=it
    ),
    "members.ImportOrganisation.near": lambda it, to: ImportOrganisation.objects.create(
        of=_list(to, None), folded=f"near {it.pk}", name="x", near=it
    ),
    "members.Merged.organisation": lambda it, to: _merged(it, -it.pk, to.at),
}


def _list(to: Place, by: Member | None) -> MemberImport:
    return MemberImport.objects.create(
        community=to.community, file_name="x", signature="x", columns=[], by=by, uploaded_at=to.at
    )


def _step(membership: Membership, by: Member, at: datetime) -> MembershipStep:
    return MembershipStep.objects.create(membership=membership, state="dormant", reason="other", by=by, at=at)


def _changed(row: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row
