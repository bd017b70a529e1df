"""One of everything, for tests that walk through the whole portal as each person."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.test import Client

from audit.models import Entry, record
from events import feeds
from events.emails import about
from events.models import Role
from events.places import ASSIGNMENT, FEEDBACK, JOIN, JOIN_ROLE, PLACE
from forestallies.lib import clock, links
from forestallies.privacy.emails import WISH
from members.actions import addresses, invitations
from members.contact_emails import CONTACT
from members.listing_emails import INTRODUCTION
from members.membership_emails import RIGHT, STAY
from members.models import (
    AddressChange,
    Affiliation,
    ApplicationDraft,
    Circle,
    Community,
    DataExport,
    ErasureRequest,
    Grant,
    Member,
    MemberImport,
    Membership,
    OpenSession,
    Partnership,
    StakeholderCategory,
)
from notices import outbox
from notices.models import Notice, RefusedAddress
from notices.render import Message, Recipient
from notices.stopping import STOP
from programs.candidates import certificate_key
from programs.models import Audience, Edition, Module, Programme, Session
from tests.certificates import papers
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    CircleFactory,
    CohortFactory,
    ConcernFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    DisputeFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MaterialFactory,
    MemberFactory,
    OpenPointFactory,
    OrganisationFactory,
    PartnerLogoFactory,
    ProjectFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
    join,
)
from tests.factories.members import LONG_AGO


@dataclass
class World:
    """People by name, arguments of addresses by name, and one object of each admin model."""

    people: dict[str, Member | None]
    arguments: dict[str, Any]
    objects: dict[str, Any] = field(default_factory=dict)


def build(*, ana: Member, bo: Member, cy: Member, at: datetime) -> World:
    """Make the world around Ana, Bo and Cy: a workshop of Forest Allies, and an edition of SSKE none of them is in."""
    circle = bo.grants.get().circle
    fay = MemberFactory.create(name="Fay Facilitator", email="fay@example.org")
    grant = GrantFactory.create(member=fay, circle=circle, right=Grant.Right.FACILITATOR)
    root = MemberFactory.create(name="Root", email="root@example.org", is_superuser=True)
    for person in (fay, bo, root):
        join(person, circle)
    organisation = OrganisationFactory.create()
    affiliation = Affiliation.objects.create(member=ana, organisation=organisation, starts_on=date(2026, 1, 1))
    Grant.objects.create(
        member=ana, right=Grant.Right.ORGANISATION_CONTACT, organisation=organisation, starts_at=LONG_AGO
    )
    community = circle.community
    membership = Membership.objects.create(
        member=ana, community=community, organisation=organisation, stakeholder="COMP", joined_at=at
    )
    workshop = WorkshopFactory.create()
    registration = RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    role = RoleFactory.create(event=workshop.event_ptr, member=fay, kind=Role.Kind.FACILITATOR)
    material = MaterialFactory.create(event=workshop.event_ptr)
    session = foreign_session()
    token, token_hash = links.new_token()
    application = ApplicationFactory.create(community=community, token_hash=token_hash)
    newcomer = MemberFactory.create(name="New Comer", email="new@example.org")
    _invitation, welcome_token = invitations.issue(member=newcomer, at=at)
    record(verb="world.made", subject=ana, by=None, at=at)
    message = Message("x", Recipient("x@example.org", "X", "en", "UTC"), "subject", "text", "html")
    outbox.post_once(outbox.Posting(message=message, key="x"), at=at)
    told = Message("x", Recipient("x@example.org", "X", "en", "UTC"), "s", "t", "h", about=about(workshop.event_ptr))
    outbox.post_once(outbox.Posting(message=told, key="told"), at=at)
    refused = RefusedAddress.objects.create(address="no@example.org", member=bo, refusals=3, last_at=at, stopped_at=at)
    certificate = papers.issued(ana)
    cohort = CohortFactory.create(edition=session.edition)
    category = StakeholderCategory.objects.create(code="COOP", name="Farmers’ cooperative", position=4)
    listed = DirectoryEntryFactory.create()
    double, elsewhere = MemberFactory.create(name=listed.member.name), OrganisationFactory.create()
    for person in (listed.member, double):
        join(person, circle)
    Affiliation.objects.create(member=double, organisation=elsewhere, starts_on=date(2026, 1, 1))
    request = ContactRequestFactory.create(asker=listed.member, asked=ana)
    met = IntroductionFactory.create(
        need=ListingFactory.create(member=ana), state="agreed", need_agreed_at=at, offer_agreed_at=at, closed_at=at
    )
    logo, concern = PartnerLogoFactory.create(), ConcernFactory.create(circle=circle)
    seen = AttendanceFactory.create(event=workshop.event_ptr, member=ana, recorded_at=at)
    dispute = DisputeFactory.create(attendance=AttendanceFactory.create(event=workshop.event_ptr, member=fay))
    partnership = Partnership.objects.create(
        community=community, parties="Ana, Bea", what="Cocoa", started_on=at.date(), created_at=at, changed_at=at
    )
    return World(
        people={"anon": None, "cy": cy, "ana": ana, "fay": fay, "bo": bo, "root": root},
        arguments={
            "gathering": workshop.gathering.slug,
            "report_kind": "gathering",
            "report_name": "detail",
            "report_format": "csv",
            "workshop": workshop.slug,
            "session": session.slug,
            "theme": workshop.theme.slug,
            "partner_id": logo.partner_id,
            "point_id": OpenPointFactory.create(workshop=workshop, owner=ana).pk,
            "concern_id": concern.pk,
            "concern_reference": concern.reference,
            "event_id": workshop.pk,
            "segment_id": SegmentFactory.create(event=workshop.event_ptr, position=0).pk,
            "registration_id": registration.pk,
            "role_id": role.pk,
            "assignment_token": ASSIGNMENT.token(role.pk),
            "event_notice_id": Notice.objects.get(key="told").pk,
            "address_id": refused.pk,
            "listed_id": listed.member_id,
            "double_id": double.pk,
            "organisation_id": organisation.pk,
            "double_organisation_id": elsewhere.pk,
            "contact_id": request.pk,
            "membership_id": membership.pk,
            "membership_target": "dormant",
            "affiliation_id": affiliation.pk,
            "grant_id": grant.pk,
            "stay_token": STAY.token(membership.pk),
            "right_token": RIGHT.token(membership.pk),
            "listing_id": met.need_id,
            "introduction_id": met.pk,
            "introduction_token": INTRODUCTION.token(f"{met.pk}:{ana.pk}"),
            "community_id": community.pk,
            "community": community.slug,
            "health_report": "engagement",
            "partnership_id": partnership.pk,
            "attendance_id": seen.pk,
            "dispute_id": dispute.pk,
            "contact_token": CONTACT.token(request.pk),
            "room_id": RoomFactory.create(event=workshop.event_ptr).pk,
            "place_token": PLACE.token(registration.pk),
            "feedback_token": FEEDBACK.token(registration.pk),
            "material_id": material.pk,
            "join_token": JOIN.token(registration.pk),
            "join_role_token": JOIN_ROLE.token(role.pk),
            "feed_token": feeds.renew(member=ana, by=ana, at=at),
            "application_id": application.pk,
            "audience": "event",
            "mailing_id": MailingFactory.create(circle=circle, created_by=bo, changed_by=bo).pk,
            "import_id": MemberImport.objects.create(community=community, file_name="a.csv", uploaded_at=at).pk,
            "certificate_code": certificate.code,
            "certificate_id": certificate.pk,
            "cohort_id": cohort.pk,
            "cohort_certificate_id": papers.issued(key=certificate_key(cohort, newcomer.pk)).pk,
            "status_token": token,
            "draft_token": _draft_token(community, at),
            "welcome_token": welcome_token,
            "term": "competition",
            "term_version": "2026-11",
            "session_id": _session_of(ana, at).pk,
            "take_back_token": _address_change(cy, at),
            **_own_data(ana, circle, bo, at),
            "stop_token": STOP.token(f"{ana.pk}:materials_posted"),
        },
        objects={
            "members_member": ana,
            "members_organisation": organisation,
            "members_community": community,
            "members_grant": grant,
            "members_theme": workshop.theme,
            "members_stakeholdercategory": category,
            "members_project": ProjectFactory.create(),
            "programs_partner": logo.partner,
            "workshops_gathering": workshop.gathering,
            "workshops_workshop": workshop,
            "programs_edition": session.edition,
            "programs_session": session,
            "audit_entry": Entry.objects.latest("id"),
            "notices_notice": Notice.objects.latest("id"),
        },
    )


def _session_of(member: Member, at: datetime) -> OpenSession:
    """Another browser in which somebody is signed in."""
    return OpenSession.objects.create(
        member=member, session_key="elsewhere", browser="firefox", system="android", begun_at=at, seen_at=at
    )


def _address_change(member: Member, at: datetime) -> str:
    """Of somebody whose address was changed."""
    token, token_hash = links.new_token()
    AddressChange.objects.create(
        member=member, old_address="before@example.org", token_hash=token_hash, changed_at=at,
        expires_at=at + addresses.OBJECT_WITHIN,
    )  # fmt: skip
    return token


def _own_data(ana: Member, circle: Circle, bo: Member, at: datetime) -> dict[str, Any]:
    """A copy of Ana's data, her wish to be erased, and somebody without an address for whom Bo asked."""
    week = timedelta(days=7)
    export = DataExport.objects.create(member=ana, asked_at=at, made_at=at, expires_at=at + week, content=b"PK", size=2)
    asked = ErasureRequest.objects.create(member=ana, asked_by=ana, asked_at=at)
    silent = join(MemberFactory.create(name="Si Lent", email=None), circle)
    wish = ErasureRequest.objects.create(
        member=silent, state="waiting", asked_by=bo, reason="By telephone.", asked_at=at, confirmed_at=at,
        due_at=at + week,
    )  # fmt: skip
    return {"export_id": export.pk, "erasure_token": WISH.token(asked.pk), "silent_id": silent.pk, "wish_id": wish.pk}


def _draft_token(community: Community, at: datetime) -> str:
    """Of an application that somebody wants to continue later."""
    token, token_hash = links.new_token()
    ApplicationDraft.objects.create(
        community=community, email="later@example.org", language="en", words={"name": ["Ada Later"]},
        token_hash=token_hash, saved_at=at, expires_at=at + ApplicationDraft.KEPT,
    )  # fmt: skip
    return token


def foreign_session() -> Session:
    """A session of an edition that nobody of Forest Allies is in."""
    programme = Programme.objects.create(
        slug="sske", short_name="SSKE", name="South-South exchange", summary="Cocoa", zone="Africa/Accra",
        wall_time=time(14), countries=["GH", "PE"],
    )  # fmt: skip
    module = Module.objects.create(programme=programme, position=0, name="Kick-off")
    circle = CircleFactory.create(kind="edition", name="SSKE 2026–27")
    edition = Edition.objects.create(
        programme=programme, slug="sske-2026-27", name="SSKE 2026–27", state=Edition.State.RUNNING, circle=circle,
        starts_on=date(2026, 9, 16), ends_on=date(2027, 6, 2), countries=["GH", "PE"], zone="Africa/Accra",
    )  # fmt: skip
    session = Session(
        edition=edition, module=module, number=4, session_audience=Audience.CORE, slug="sske-2026-27-session-4",
        title="Working with smallholders", state="scheduled", home=circle, wall_date=date(2026, 12, 10),
        wall_time=time(14), minutes=120, zone="Africa/Accra", countries=["GH", "PE"],
    )  # fmt: skip
    session.save()
    session.audience.set([circle])
    return session


def sign_in(person: Member | None, *, second_factor: bool = True) -> Client:
    """A browser in which somebody is signed in (nobody when None), with her second factor proved a moment ago."""
    browser = Client()
    if person is None:
        return browser
    browser.force_login(person)
    if second_factor:
        session = browser.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": clock.now().timestamp(), "type": "totp"}]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
    return browser
