"""A membership pauses, ends and is taken up again: with its history, and with everything that goes with it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from audit.models import Entry
from events.models import Event, Registration
from members import audiences, endings, invariants
from members.actions import applications, life
from members.actions.life import MembershipRefused, Why
from members.audiences import Selection
from members.models import Circle, CircleMember, ContactRequest, Grant, Listing, Member, Membership, MembershipStep
from members.models.directory import belonging
from notices.models import Notice
from tests.factories import (
    ApplicationFactory,
    CircleFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    GrantFactory,
    ListingFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    RegistrationFactory,
    WorkshopFactory,
    join,
)

State, Reason = Membership.State, Membership.Reason
NO_TIME = Why(Reason.NO_TIME, "The harvest comes first.")


@pytest.fixture
def hers(ana) -> Membership:
    """Ana's membership of Forest Allies; she is in its circle."""
    return MembershipFactory.create(member=ana)


def change(membership, state, *, by, at, why=NO_TIME) -> Membership:
    return life.change_state(membership=membership, state=state, why=why, by=by, at=at)


def in_circle(member, at) -> bool:
    return Circle.objects.of(member, at=at).exists()


def test_pause_takes_her_out_of_directory_and_letters_and_keeps_the_rest(hers, ana, community, workshop, at):
    seat = RegistrationFactory.create(event=workshop, member=ana)
    letters = Selection(of="circle", id=community.circle_id)
    assert list(audiences.chosen(letters, at=at)) == [ana]
    change(hers, State.DORMANT, by=ana, at=at)
    seat.refresh_from_db()
    assert (seat.state, in_circle(ana, at)) == ("confirmed", True)
    assert not belonging(ana, [community.pk]).exists()
    assert list(audiences.chosen(letters, at=at)) == []
    assert list(invariants.violations(at=at)) == []


def test_history_tells_what_when_who_and_why(hers, ana, bo, at):
    change(hers, State.DORMANT, by=ana, at=at)
    change(hers, State.ACTIVE, by=bo, at=at + timedelta(days=3))
    steps = MembershipStep.objects.values_list("state", "reason", "words", "by", "at")
    assert list(steps) == [
        ("active", "", "The harvest comes first.", bo.pk, at + timedelta(days=3)),
        ("dormant", "no_time", "The harvest comes first.", ana.pk, at),
    ]
    assert list(Entry.objects.about(hers).order_by("pk").values_list("verb", flat=True)) == [
        "membership.dormant",
        "membership.active",
    ]


def test_end_gives_her_place_to_the_next_in_line(hers, ana, workshop, at):
    Registration.objects.all().delete()
    mine = RegistrationFactory.create(event=workshop, member=ana)
    RegistrationFactory.create(event=workshop)
    waits = RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=1)
    change(hers, State.ENDED, by=ana, at=at)
    mine.refresh_from_db(), waits.refresh_from_db()
    assert (mine.state, mine.cancelled_by, waits.state) == ("cancelled", "member", "confirmed")
    assert mine.transitions.latest("id").reason == "membership ended"


def test_end_keeps_places_to_which_another_circle_invites_her_and_what_has_begun(hers, ana, workshop, at):
    other = CircleFactory.create(kind="edition", name="SSKE")
    join(ana, other)
    workshop.audience.add(other)
    begun = WorkshopFactory.create(slug="begun").event_ptr
    Event.objects.filter(pk=begun.pk).update(starts_at=at - timedelta(minutes=5))
    kept = [RegistrationFactory.create(event=one, member=ana) for one in (workshop, begun)]
    change(hers, State.ENDED, by=ana, at=at)
    assert {row.state for row in Registration.objects.filter(pk__in=[one.pk for one in kept])} == {"confirmed"}


def test_end_closes_what_she_offered_and_takes_back_requests_and_rights(hers, ana, at):
    listing = ListingFactory.create(member=ana)
    asked, agreed = (
        ContactRequestFactory.create(asked=ana),
        ContactRequestFactory.create(asker=ana, state="accepted", closed_at=at),
    )
    right = GrantFactory.create(
        member=ana, circle=None, organisation=OrganisationFactory.create(), right="organisation_contact"
    )
    change(hers, State.ENDED, by=ana, at=at)
    assert Listing.objects.get(pk=listing.pk).state == "closed"
    states = dict(ContactRequest.objects.values_list("pk", "state"))
    assert (states[asked.pk], states[agreed.pk]) == ("withdrawn", "accepted")
    assert Grant.objects.get(pk=right.pk).ends_at == at


def test_page_that_asks_says_before_what_the_end_does(hers, ana, workshop, at):
    RegistrationFactory.create(event=workshop, member=ana)
    ListingFactory.create(member=ana)
    ContactRequestFactory.create(asked=ana)
    assert endings.told([hers], at=at) == [
        "1 need or offer is closed.",
        "1 open request to get in touch is taken back.",
        "1 place in a coming event is given back; whoever waits for it moves up.",
    ]
    change(hers, State.ENDED, by=ana, at=at)
    assert endings.told([hers], at=at) == []


def test_end_leaves_the_circle_and_the_groups_inside_it(hers, ana, community, at):
    inner = CircleFactory.create(kind="country_group", name="Peru", parent=community.circle)
    join(ana, inner)
    change(hers, State.ENDED, by=ana, at=at)
    assert not in_circle(ana, at) and list(invariants.violations(at=at)) == []
    assert set(CircleMember.objects.filter(member=ana).values_list("left_at", flat=True)) == {at}


def test_who_left_is_taken_up_again_by_a_coordinator_only(hers, ana, bo, at):
    change(hers, State.ENDED, by=ana, at=at)
    with pytest.raises(MembershipRefused, match="already ended"):
        change(hers, State.ACTIVE, by=ana, at=at)
    change(hers, State.ACTIVE, by=bo, at=at + timedelta(hours=1))
    assert in_circle(ana, at + timedelta(hours=1)) and list(invariants.violations(at=at + timedelta(hours=1))) == []


def test_who_left_may_apply_again_and_has_one_membership_with_its_history(hers, ana, bo, community, at):
    change(hers, State.ENDED, by=ana, at=at)
    later = at + timedelta(days=40)
    again = ApplicationFactory.create(community=community, email=ana.email, organisation_name="", stakeholder="INDV")
    applications.approve(application=again, organisation=None, by=bo, at=later)
    membership = Membership.objects.get(member=ana)
    assert (membership.pk, membership.state, membership.ended_at) == (hers.pk, "active", None)
    assert list(membership.steps.values_list("state", flat=True)) == ["active", "ended"]


@pytest.mark.parametrize("who", ["cy", "fay"])
def test_nobody_else_changes_it(hers, cy, community, at, who):
    people = {
        "cy": cy,
        "fay": GrantFactory.create(member=MemberFactory.create(), circle=community.circle, right="facilitator").member,
    }
    with pytest.raises(PermissionDenied):
        change(hers, State.ENDED, by=people[who], at=at)
    assert not MembershipStep.objects.exists()


def test_mail_tells_her_what_others_did_and_that_she_has_left(hers, ana, bo, at):
    change(hers, State.DORMANT, by=ana, at=at)
    assert not Notice.objects.filter(kind="membership_changed").exists()
    change(hers, State.ACTIVE, by=bo, at=at)
    change(hers, State.ENDED, by=ana, at=at)
    told = Notice.objects.filter(kind="membership_changed").order_by("pk")
    assert [(one.recipient_id, one.facts["state"]) for one in told] == [(ana.pk, "active"), (ana.pk, "ended")]


def test_several_end_together_and_each_event_is_locked_once(hers, ana, bo, community, workshop, at):
    bea = MembershipFactory.create(member=join(MemberFactory.create(), community.circle))
    gone = MembershipFactory.create(state="ended", ended_at=at)
    for member in (ana, bea.member):
        RegistrationFactory.create(event=workshop, member=member)
    ids = [hers.pk, bea.pk, gone.pk]
    assert life.change_many(ids=ids, state=State.ENDED, why=NO_TIME, by=bo, at=at) == 2
    assert not Registration.objects.standing().filter(event=workshop).exists()
    assert Membership.objects.filter(~Q(state="ended")).count() == 0


def test_several_of_a_foreign_community_stay_as_they_are(hers, cy, at):
    stranger = GrantFactory.create(member=cy, circle=CircleFactory.create(name="Another")).member
    assert life.change_many(ids=[hers.pk], state=State.ENDED, why=NO_TIME, by=stranger, at=at) == 0


def test_saying_that_all_is_right_is_written_once_a_day_and_by_herself(hers, ana, bo, at):
    life.confirm(membership=hers, by=ana, at=at)
    life.confirm(membership=hers, by=ana, at=at + timedelta(minutes=1))
    assert Membership.objects.get(pk=hers.pk).confirmed_at == at
    with pytest.raises(PermissionDenied):
        life.confirm(membership=hers, by=bo, at=at)


def test_approval_writes_her_languages_into_an_empty_entry_only(community, bo, at):
    for entry_languages in (None, [], ["qu"]):
        one = ApplicationFactory.create(community=community, languages=["es", "fr"], organisation_name="")
        if entry_languages is not None:
            DirectoryEntryFactory.create(member=MemberFactory.create(email=one.email), languages=entry_languages)
            Membership.objects.all().delete()
        member: Member = applications.approve(application=one, organisation=None, by=bo, at=at).member
        assert member.directory_entry.languages == (["qu"] if entry_languages else ["es", "fr"])
