"""One of everything, for tests that walk through the whole portal as each person."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.test import Client

from audit.models import Entry, record
from events import feeds
from events.emails import about
from events.models import Role
from events.places import ASSIGNMENT, FEEDBACK, JOIN, JOIN_ROLE, PLACE
from forestallies.lib import clock, links
from members.actions import invitations
from members.contact_emails import CONTACT
from members.listing_emails import INTRODUCTION
from members.models import (
    Affiliation,
    ApplicationDraft,
    Community,
    Grant,
    Member,
    MemberImport,
    Membership,
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
    CircleFactory,
    CohortFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MaterialFactory,
    MemberFactory,
    OrganisationFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
    join,
)


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
    Affiliation.objects.create(member=ana, organisation=organisation, starts_on=date(2026, 1, 1))
    community = circle.community
    Membership.objects.create(
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
    request = ContactRequestFactory.create(asker=listed.member, asked=ana)
    met = IntroductionFactory.create(
        need=ListingFactory.create(member=ana), state="agreed", need_agreed_at=at, offer_agreed_at=at, closed_at=at
    )
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
            "event_id": workshop.pk,
            "segment_id": SegmentFactory.create(event=workshop.event_ptr, position=0).pk,
            "registration_id": registration.pk,
            "role_id": role.pk,
            "assignment_token": ASSIGNMENT.token(role.pk),
            "event_notice_id": Notice.objects.get(key="told").pk,
            "address_id": refused.pk,
            "listed_id": listed.member_id,
            "organisation_id": organisation.pk,
            "contact_id": request.pk,
            "listing_id": met.need_id,
            "introduction_id": met.pk,
            "introduction_token": INTRODUCTION.token(f"{met.pk}:{ana.pk}"),
            "community_id": community.pk,
            "partnership_id": partnership.pk,
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
            "stop_token": STOP.token(f"{ana.pk}:materials_posted"),
        },
        objects={
            "members_member": ana,
            "members_organisation": organisation,
            "members_community": community,
            "members_grant": grant,
            "members_theme": workshop.theme,
            "members_stakeholdercategory": category,
            "workshops_gathering": workshop.gathering,
            "workshops_workshop": workshop,
            "programs_edition": session.edition,
            "programs_session": session,
            "audit_entry": Entry.objects.latest("id"),
            "notices_notice": Notice.objects.latest("id"),
        },
    )


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
