"""Roles: every step of their table, who may take it, what a refusal says, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from events.actions import roles
from events.actions.roles import Part, RoleRefused
from events.models import Event, Role
from members.actions.people import Newcomer
from members.models import Member
from notices import delivery
from notices.models import Notice
from tests.factories import MemberFactory, RoleFactory, SegmentFactory, join
from tests.told import drawn

State = Role.State
FRENCH = Part("interpreter", "fr", "Come early.", datetime(2026, 12, 1, 10, tzinfo=UTC))
HOUR = timedelta(hours=1)


@pytest.fixture
def ama(community):
    """An interpreter in Accra."""
    return MemberFactory.create(name="Ama Boateng", email="ama@example.org", language="fr")


@pytest.fixture
def role(workshop, ama, bo, at):
    """Ama was asked three days ago to interpret into French."""
    return RoleFactory.create(
        event=workshop, member=ama, kind="interpreter", channel="fr", state="invited",
        invited_at=at - timedelta(days=3), invited_by=bo,
    )  # fmt: skip


def turn(role, state) -> Role:
    Role.objects.filter(pk=role.pk).update(state=state)
    return Role.objects.get(pk=role.pk)


def kinds() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def invite(event, who, by, at, part=FRENCH) -> Role:
    return roles.invite(event=event, who=who, part=part, by=by, at=at)


# --- Asking ---


def test_invited_person_is_told_in_her_language_and_hour(workshop, ana, bo, at):
    made = invite(workshop, ana, bo, at)
    assert (made.state, made.invited_by, made.invited_at, made.rehearsal_at) == ("invited", bo, at, FRENCH.rehearsal_at)
    notice = drawn(Notice.objects.get(), at=at)
    assert (notice.kind, notice.language, notice.address) == ("role_invitation", "es", "ana@example.org")
    assert notice.text.splitlines()[0] == "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)"
    assert "Come early." in notice.text and f"/assignment/{made.pk}." in notice.text
    assert Entry.objects.get(verb="role.invited").detail["event"] == workshop.pk


def test_new_person_gets_no_password_and_no_circle(workshop, bo, at):
    cleo = Newcomer("Cléo Ponte", " Cleo@Example.org ", "pt-br", "America/Bahia", "BR")
    made = invite(workshop, cleo, bo, at, Part("speaker"))
    member = Member.objects.get(email="cleo@example.org")
    assert (member.name, member.zone, member.language, member.country) == (
        "Cléo Ponte", "America/Bahia", "pt-br", "BR",
    )  # fmt: skip
    assert not member.has_usable_password() and not member.belongings.exists()
    assert (made.member, Entry.objects.filter(verb="member.added_as_guest").count()) == (member, 1)


def test_known_address_stays_as_the_portal_knows_it(workshop, ana, bo, at):
    made = invite(workshop, Newcomer("Anna Wrong", "ANA@example.org", "fr", "Europe/Paris", "FR"), bo, at)
    ana.refresh_from_db()
    assert (made.member, ana.name, ana.language, ana.zone) == (ana, "Ana Quispe", "es", "America/Lima")


@pytest.mark.parametrize("state", ["invited", "accepted"])
def test_nobody_is_asked_twice_for_the_same(workshop, role, ama, bo, at, state):
    turn(role, state)
    with pytest.raises(RoleRefused, match="Ama Boateng was asked for this already"):
        invite(workshop, ama, bo, at)
    assert (kinds(), Role.objects.count()) == ([], 1)


@pytest.mark.parametrize("state", ["declined", "replaced"])
def test_who_said_no_or_was_replaced_may_be_asked_again(workshop, role, ama, bo, at, state):
    Role.objects.update(state=state, reason="ill", answered_at=at)
    again = invite(workshop, ama, bo, at)
    assert (again.pk, again.state, again.reason, again.answered_at) == (role.pk, "invited", "", None)
    assert kinds() == ["role_invitation"]


def test_other_channel_is_another_part(workshop, role, ama, bo, at):
    assert invite(workshop, ama, bo, at, Part("interpreter", "es")).pk != role.pk


def test_closed_account_is_not_invited_and_interpreter_needs_a_channel(workshop, ama, bo, at):
    with pytest.raises(RoleRefused, match="choose the channel"):
        invite(workshop, ama, bo, at, Part("interpreter"))
    Member.objects.filter(pk=ama.pk).update(is_active=False)
    with pytest.raises(RoleRefused, match="cannot be invited"):
        invite(workshop, Newcomer("X", "ama@example.org", "en", "UTC"), bo, at)
    assert not Role.objects.exists()


@pytest.mark.parametrize(
    ("state", "words"),
    [("cancelled", "was cancelled"), ("closed", "is over"), ("draft", "is a draft"), ("scheduled", "is over")],
)
def test_nobody_is_asked_or_answers_where_nothing_takes_place(workshop, role, ana, ama, bo, state, words):
    Event.objects.filter(pk=workshop.pk).update(state=state)
    late = workshop.ends_at
    acts = [
        lambda: invite(workshop, ana, bo, late),
        lambda: roles.replace(role=role, who=ana, part=FRENCH, by=bo, at=late),
        lambda: roles.accept(role=role, by=ama, at=late),
        lambda: roles.decline(role=role, by=ama, at=late),
        lambda: roles.withdraw(role=role, by=bo, at=late),
        lambda: roles.remind(role=role, by=bo, at=late),
        lambda: roles.change(role=role, part=FRENCH, by=bo, at=late),
    ]
    for act in acts:
        with pytest.raises(RoleRefused, match=words):
            act()
    assert (Role.objects.get().state, kinds()) == ("invited", [])


# --- The table of states ---


def do(act: str, role: Role, by: Member, at: datetime) -> Role:
    if act == "accepted":
        return roles.accept(role=role, by=role.member, at=at)
    if act == "declined":
        return roles.decline(role=role, by=role.member, at=at, reason="ill")
    if act == "replaced":
        return roles.withdraw(role=role, by=by, at=at)
    return invite(role.event, role.member, by, at)


@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_only_steps_of_the_table_are_taken(role, bo, at, before, after):
    role = turn(role, before)
    harmless = before == after and after != "invited"  # the same answer again
    if after in Role.TRANSITIONS[State(before)] or harmless:
        do(after, role, bo, at)
        expected = after
    else:
        with pytest.raises(RoleRefused):
            do(after, role, bo, at)
        expected = before
    assert Role.objects.get(pk=role.pk).state == expected
    steps = Entry.objects.filter(subject_type="events.role", detail__before=before)
    assert steps.count() == (0 if harmless or expected == before else 1)


def test_accepting_twice_is_one_answer(role, ama, at):
    roles.accept(role=role, by=ama, at=at)
    roles.accept(role=role, by=ama, at=at + HOUR)
    assert (Role.objects.get().answered_at, Entry.objects.filter(verb="role.accepted").count()) == (at, 1)


def test_part_given_away_is_not_accepted(role, ana, ama, bo, at):
    new = roles.replace(role=role, who=ana, part=FRENCH, by=bo, at=at)
    with pytest.raises(RoleRefused, match="given to somebody else meanwhile"):
        roles.accept(role=role, by=ama, at=at)
    assert dict(Role.objects.values_list("pk", "state")) == {role.pk: "replaced", new.pk: "invited"}


def test_who_cannot_says_why_and_may_change_her_mind(role, ama, at):
    assert roles.decline(role=role, by=ama, at=at, reason="ill").reason == "ill"
    again = roles.accept(role=role, by=ama, at=at)
    assert (again.state, again.reason) == ("accepted", "")


# --- Giving a part to somebody else ---


def test_replaced_person_is_told_when_she_counted_on_it(role, ana, ama, bo, at):
    turn(role, "accepted")
    new = roles.replace(role=role, who=ana, part=FRENCH, by=bo, at=at)
    role.refresh_from_db()
    assert (role.state, role.replaced_by, new.kind, new.channel) == ("replaced", new, "interpreter", "fr")
    told = {notice.kind: notice.recipient for notice in Notice.objects.all()}
    assert told == {"role_invitation": ana, "role_withdrawn": ama}


def test_moments_she_was_to_lead_go_to_who_takes_her_part(role, workshop, ana, bo, at):
    segment = SegmentFactory.create(event=workshop, lead=role)
    new = roles.replace(role=role, who=ana, part=FRENCH, by=bo, at=at)
    segment.refresh_from_db()
    assert segment.lead == new


def test_who_had_said_no_is_not_told_that_somebody_else_does_it(role, ana, bo, at):
    roles.replace(role=turn(role, "declined"), who=ana, part=FRENCH, by=bo, at=at)
    assert kinds() == ["role_invitation"]


def test_who_never_heard_of_it_is_not_told_that_it_is_over(workshop, ana, bo, at):
    made = invite(workshop, ana, bo, at)
    roles.withdraw(role=made, by=bo, at=at)
    assert list(Notice.objects.values_list("kind", "state")) == [("role_invitation", "cancelled")]


def test_nobody_is_replaced_by_herself(role, ama, bo, at):
    with pytest.raises(RoleRefused, match="choose somebody else"):
        roles.replace(role=turn(role, "declined"), who=ama, part=FRENCH, by=bo, at=at)
    assert (Role.objects.get().state, kinds()) == ("declined", [])


def test_withdrawn_entry_stays_in_the_calendar_of_who_takes_part_otherwise(role, workshop, ama, bo, at):
    RoleFactory.create(event=workshop, member=ama, kind="speaker")
    roles.withdraw(role=turn(role, "accepted"), by=bo, at=at)
    notice = drawn(Notice.objects.get(kind="role_withdrawn"), at=at)
    assert (notice.calendar_method, bytes(notice.calendar)) == ("", b"")


def test_invitation_that_was_answered_meanwhile_is_not_delivered(workshop, ana, bo, at):
    made = invite(workshop, ana, bo, at)
    roles.accept(role=made, by=ana, at=at)
    delivery.deliver_due(clock=lambda: at)
    assert Notice.objects.get().state == Notice.State.SUPPRESSED


# --- Asking once more by hand, changing, hours ---


def test_by_hand_at_most_once_a_day(role, bo, at):
    roles.remind(role=role, by=bo, at=at)
    with pytest.raises(RoleRefused, match="less than a day ago"):
        roles.remind(role=role, by=bo, at=at + 23 * HOUR)
    roles.remind(role=role, by=bo, at=at + 24 * HOUR)
    assert kinds() == ["role_invitation", "role_invitation"]


def test_who_answered_or_has_no_address_is_not_reminded(role, ama, bo, at):
    Member.objects.filter(pk=ama.pk).update(email=None)
    with pytest.raises(RoleRefused, match="no e-mail address"):
        roles.remind(role=role, by=bo, at=at)
    with pytest.raises(RoleRefused, match="has answered already"):
        roles.remind(role=turn(role, "accepted"), by=bo, at=at)


def test_channel_is_changed_but_not_into_one_she_has(role, workshop, ama, bo, at):
    RoleFactory.create(event=workshop, member=ama, kind="interpreter", channel="es")
    with pytest.raises(RoleRefused, match="for this channel already"):
        roles.change(role=role, part=Part("interpreter", "es"), by=bo, at=at)
    assert roles.change(role=role, part=Part("interpreter", "pt-br", "New"), by=bo, at=at).channel == "pt-br"
    assert Role.objects.get(pk=role.pk).expectation == "New"


def confirm(role, minutes, at):
    return roles.confirm_minutes(role=role, minutes=minutes, by=role.member, at=at)


def test_hours_are_confirmed_after_the_end_and_for_14_days(role, workshop):
    mine, end = turn(role, "accepted"), workshop.ends_at
    with pytest.raises(RoleRefused, match="when the event is over"):
        confirm(mine, 90, end - timedelta(seconds=1))
    confirm(mine, 90, end)
    assert confirm(mine, 95, end + timedelta(days=14, seconds=-1)).minutes_worked == 95
    with pytest.raises(RoleRefused, match="14 days"):
        confirm(mine, 1, end + timedelta(days=14))
    assert Entry.objects.filter(verb="role.minutes_confirmed").count() == 2


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_hours_are_hours_of_one_day(role, workshop, minutes):
    with pytest.raises(RoleRefused, match="between 1 and 1440"):
        confirm(turn(role, "accepted"), minutes, workshop.ends_at)


def test_who_did_not_accept_or_leads_has_no_hours(role, workshop, bo):
    facilitates = RoleFactory.create(event=workshop, member=bo)
    for mine in (role, facilitates):
        with pytest.raises(RoleRefused, match="no hours"):
            confirm(mine, 90, workshop.ends_at)


# --- Who may ---


def test_only_those_who_schedule_decide_and_only_she_answers(role, workshop, ana, cy, bo, ama, at):
    lead = join(MemberFactory.create(), workshop.home)
    RoleFactory.create(event=workshop, member=lead)  # facilitates this event, and schedules nothing
    for person in (lead, ana, cy, ama):
        for act in (
            lambda person=person: invite(workshop, ana, person, at),
            lambda person=person: roles.replace(role=role, who=ana, part=FRENCH, by=person, at=at),
            lambda person=person: roles.withdraw(role=role, by=person, at=at),
            lambda person=person: roles.remind(role=role, by=person, at=at),
            lambda person=person: roles.change(role=role, part=FRENCH, by=person, at=at),
        ):
            with pytest.raises(PermissionDenied):
                act()
    for answer in (roles.accept, roles.decline):
        with pytest.raises(PermissionDenied):
            answer(role=role, by=bo, at=at)
    assert (turn(role, "invited").state, kinds()) == ("invited", [])
