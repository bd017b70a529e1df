"""Two at the same moment: somebody accepts while her part is given away, and two people give it away."""

import pytest

from events.actions import roles
from events.actions.roles import Part, RoleRefused
from events.models import Event, Role
from notices.models import Notice
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.factories import MemberFactory, RoleFactory, WorkshopFactory

pytestmark = pytest.mark.django_db(transaction=True)
PART = Part("interpreter", "fr")


@pytest.fixture
def role(bo) -> Role:
    event = WorkshopFactory.create().event_ptr
    return RoleFactory.create(event=event, kind="interpreter", channel="fr", state="invited", invited_at=NOW)


@pytest.fixture
def others(role):
    return [MemberFactory.create() for _ in range(2)]


def accept(role) -> object:
    """Accept, with a refusal as an outcome."""
    try:
        return roles.accept(role=role, by=role.member, at=NOW).state
    except RoleRefused as refusal:
        return str(refusal)


def replace(role, who, by) -> object:
    try:
        return roles.replace(role=role, who=who, part=PART, by=by, at=NOW).pk
    except RoleRefused as refusal:
        return str(refusal)


def states() -> list[str]:
    return list(Role.objects.order_by("pk").values_list("state", flat=True))


def test_accepting_while_the_part_is_given_away(role, others, bo):
    said = meet(lambda: replace(role, others[0], bo), lambda: accept(role))
    assert said == "This part was given to somebody else meanwhile. Nothing was changed."
    assert states() == ["replaced", "invited"]


def test_giving_the_part_away_while_it_is_accepted_tells_her(role, others, bo):
    meet(lambda: accept(role), lambda: replace(role, others[0], bo))
    assert states() == ["replaced", "invited"]
    assert Notice.objects.filter(kind="role_withdrawn", recipient=role.member).count() == 1


def test_two_who_give_the_part_away_give_it_to_one(role, others, bo):
    said = meet(lambda: replace(role, others[0], bo), lambda: replace(role, others[1], bo))
    assert said == "This part was given to somebody else meanwhile. Nothing was changed."
    assert list(Role.objects.exclude(pk=role.pk).values_list("member", flat=True)) == [others[0].pk]


def test_accepting_in_two_windows_is_one_answer(role):
    assert meet(lambda: accept(role), lambda: accept(role)) == "accepted"


def test_inviting_the_same_person_twice_at_once_asks_her_once(role, others, bo):
    def invite() -> object:
        try:
            return roles.invite(event=role.event, who=others[0], part=PART, by=bo, at=NOW).pk
        except RoleRefused as refusal:
            return str(refusal)

    assert str(meet(invite, invite)).endswith("was asked for this already.")
    assert Notice.objects.filter(recipient=others[0]).count() == 1


def test_without_the_lock_two_have_the_one_part(role, others, bo, monkeypatch):
    """The negative control: she who accepts does not see that her part is being given away, and writes over it."""
    monkeypatch.setattr(roles, "lock_event", lambda pk: Event.objects.get(pk=pk))
    assert meet(lambda: replace(role, others[0], bo), lambda: accept(role)) == "accepted"
    assert states() == ["accepted", "invited"]
