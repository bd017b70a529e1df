from events.actions import automatic
from events.models import Registration
from members.models import Member
from notices import guards
from tests.factories import RegistrationFactory
from tests.told import told

State = Registration.State


def states_of(event) -> list[str]:
    return list(Registration.objects.filter(event=event).order_by("id").values_list("state", flat=True))


def close(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)


def test_seat_of_a_closed_account_goes_to_the_next_in_line(workshop, at):
    first, _second = RegistrationFactory.create_batch(2, event=workshop)
    RegistrationFactory.create(event=workshop, state=State.WAITLISTED, queue_no=1)
    close(first.member)
    assert automatic.release_closed_accounts(at=at) == 1
    assert states_of(workshop) == ["cancelled", "confirmed", "confirmed"]
    assert automatic.release_closed_accounts(at=at) == 0


def test_nobody_is_moved_up_whose_account_is_closed(workshop, at):
    first, _second = RegistrationFactory.create_batch(2, event=workshop)
    waits = RegistrationFactory.create(event=workshop, state=State.WAITLISTED, queue_no=1)
    RegistrationFactory.create(event=workshop, state=State.WAITLISTED, queue_no=2)
    close(waits.member)
    close(first.member)
    automatic.release_closed_accounts(at=at)
    assert states_of(workshop) == ["cancelled", "confirmed", "cancelled", "confirmed"]


def test_what_is_over_stays_as_it_was(workshop):
    registration = RegistrationFactory.create(event=workshop)
    close(registration.member)
    assert automatic.release_closed_accounts(at=workshop.starts_at) == 0
    assert states_of(workshop) == ["confirmed"]


def test_nobody_writes_to_a_closed_account(workshop, at):
    close(RegistrationFactory.create(event=workshop).member)
    automatic.release_closed_accounts(at=at)
    [notice] = told(at=at)
    assert (notice.kind, guards.ask(notice.guard, notice.subject_ref, at).ok) == ("registration_cancelled", False)
