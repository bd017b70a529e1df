"""What happens around a person who is erased: seats, parts, feedback, rights; and who is not erased."""

from datetime import timedelta

import pytest

from events.actions.feedback import Answers, give
from events.invariants import violations
from events.models import Event, Feedback, Registration, Role
from forestallies.privacy import ledger, replay
from forestallies.privacy.erasure import ErasureRefused, erase
from jobs.models import Job
from members.models import Application, CircleMember, Grant, Listing, Member, Membership
from notices.models import Notice
from programs.models import Enrolment
from tests.factories import (
    ApplicationFactory,
    EnrolmentFactory,
    GrantFactory,
    ListingFactory,
    MembershipFactory,
    RegistrationFactory,
    RoleFactory,
    SegmentFactory,
    WorkshopFactory,
)
from tests.notices.messages import notice
from tests.privacy import everywhere

pytestmark = pytest.mark.django_db


def gone(member: Member, at, **options) -> None:
    erase(member=member, by=member, keeps_certificates=True, at=at, **options)


def test_her_seat_goes_to_the_next_in_line(workshop, ana, cy, at):
    Event.objects.filter(pk=workshop.pk).update(capacity=1)
    RegistrationFactory.create(event=workshop, member=ana)
    RegistrationFactory.create(event=workshop, member=cy, state="waitlisted", queue_no=1)
    gone(ana, at)
    states = dict(Registration.objects.values_list("member", "state"))
    assert states == {ana.pk: "cancelled", cy.pk: "confirmed"}
    assert list(violations(at=at)) == []


def test_registration_of_an_event_that_is_over_stays_as_a_count(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    gone(ana, workshop.ends_at + timedelta(days=1))
    assert Registration.objects.get().state == "confirmed"


def test_she_leaves_her_parts_and_nobody_is_written_to(workshop, ana, at):
    part = RoleFactory.create(event=workshop, member=ana, kind=Role.Kind.SPEAKER)
    gone(ana, at)
    part.refresh_from_db()
    assert (part.state, Notice.objects.count()) == ("declined", 0)


def test_memberships_circles_rights_and_enrolments_end(community, ana, bo, at):
    MembershipFactory.create(member=ana, community=community)
    GrantFactory.create(member=ana, circle=community.circle, right=Grant.Right.FACILITATOR)
    EnrolmentFactory.create(member=ana)
    ApplicationFactory.create(email=ana.email, community=community)
    gone(ana, at)
    membership = Membership.objects.get(member=ana)
    assert (membership.state, membership.ended_at, membership.organisation) == ("ended", at, None)
    assert not CircleMember.objects.current(at).filter(member=ana).exists()
    assert not Grant.objects.current(at).filter(member=ana).exists()
    assert (Enrolment.objects.get().state, Application.objects.get().state) == ("withdrawn", "withdrawn")


def test_answer_with_her_name_is_mixed_with_the_others_and_loses_its_words(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    answers = Answers(language="es", usefulness=4, most_useful="The rooms", may_quote=True)
    give(event=workshop, member=ana, answers=answers, anonymous=False, at=workshop.ends_at)
    before = Feedback.objects.get().pk
    gone(ana, workshop.ends_at)
    kept = Feedback.objects.get()
    assert (kept.member, kept.usefulness, kept.most_useful, kept.may_quote, kept.language) == (None, 4, "", False, "")
    assert kept.pk != before


def test_messages_to_her_and_about_her_do_not_leave(ana, cy, at):
    waiting = notice(to=ana)
    named = notice(to=cy, text="Ana Quispe would like to get in touch")
    other = notice(to=cy, text="Anabel Quispeña writes, of Mariana Quispe, mariana@example.org")
    gone(ana, at)
    states = dict(Notice.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "cancelled", named.pk: "cancelled", other.pk: "queued"}
    assert Notice.objects.get(pk=named.pk).address == cy.email
    assert Notice.objects.get(pk=other.pk).text.startswith("Anabel")


def test_words_of_the_group_stay_without_her_name(workshop, ana, at):
    segment = SegmentFactory.create(event=workshop, note="ANA QUISPE brings slides; call ana@example.org.")
    gone(ana, at)
    segment.refresh_from_db()
    assert segment.note == "[…] brings slides; call […]."


def test_address_that_is_somebody_elses_now_is_not_followed(community, ana, cy, at):
    notice("sent", to=ana, address="cy@example.org")  # it was hers once
    hers = ApplicationFactory.create(community=community, email="cy@example.org", name="Cy Stranger")
    gone(ana, at)
    hers.refresh_from_db()
    assert (hers.name, Member.objects.get(pk=cy.pk).name) == ("Cy Stranger", "Cy Stranger")


@pytest.mark.parametrize("others", [[], ["closed"], ["elsewhere"]])
def test_last_coordinator_of_a_circle_is_refused_and_nothing_changes(workshop, bo, cy, at, others):
    if "closed" in others:
        GrantFactory.create(member=cy, circle=workshop.home)
        Member.objects.filter(pk=cy.pk).update(is_active=False)
    elif others:
        GrantFactory.create(member=cy)
    with pytest.raises(ErasureRefused, match=r"^Nobody else coordinates Forest Allies\."):
        gone(bo, at)
    bo.refresh_from_db()
    assert (bo.name, bo.is_active, ledger.read().lines) == ("Bo Dupont", True, [])


def test_coordinator_who_is_not_the_last_goes(community, bo, cy, at):
    GrantFactory.create(member=cy, circle=community.circle)
    gone(bo, at)
    assert Member.objects.get(pk=bo.pk).name == "Erased person"


def test_twice_is_as_good_as_once(ana, at):
    gone(ana, at)
    gone(Member.objects.get(pk=ana.pk), at + timedelta(days=1))
    member = Member.objects.get(pk=ana.pk)
    assert (member.erased_at, len(ledger.read().lines)) == (at, 1)


def test_second_look_takes_what_arrived_while_she_was_erased(ana, at):
    gone(ana, at)
    ListingFactory.create(member=ana, what="Posted in that very moment")
    assert replay.look_again(at=at + timedelta(hours=1)) == 1
    assert Listing.objects.count() == 0
    assert replay.look_again(at=at + timedelta(days=3)) == 0


def test_ledger_that_cannot_be_written_stops_the_erasure(ana, at, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ERASURE_LEDGER = tmp_path / "file" / "erasures.jsonl"
    with pytest.raises(ledger.LedgerUnusable, match=r"erasures\.jsonl: File exists$"):
        gone(ana, at)
    ana.refresh_from_db()
    assert (ana.name, ana.is_active) == ("Ana Quispe", False)


def test_her_files_stay_on_the_disk_until_the_erasure_is_sure(at, django_capture_on_commit_callbacks):
    her, _rows = everywhere.seed(at)
    file = Job.objects.get().file
    with django_capture_on_commit_callbacks(execute=True):
        gone(her, at)
        assert file.storage.exists(file.name)
    assert not file.storage.exists(file.name)


def test_automatic_place_is_not_given_to_her_again(community, ana, at):
    from events.actions import automatic

    event = WorkshopFactory.create().event_ptr
    event.automatic.set([community.circle])
    gone(ana, at)
    assert automatic.register_circles(at=at) == 0
