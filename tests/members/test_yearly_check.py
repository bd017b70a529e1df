"""Once a year a member is asked whether what is written of her is right; an organisation's contact about it."""

from datetime import timedelta

import pytest

from members import yearly_check
from members.actions import life, organisations
from members.models import Grant, Membership, Organisation
from notices import guards
from notices.models import Notice, Preference
from tests.factories import GrantFactory, MemberFactory, MembershipFactory, OrganisationFactory

YEAR = timedelta(days=365)


@pytest.fixture
def hers(ana, at) -> Membership:
    """Ana joined a year ago to the day."""
    return MembershipFactory.create(member=ana, joined_at=at - YEAR)


@pytest.fixture
def contact(ana, at) -> Grant:
    organisation = OrganisationFactory.create(name="Noordzee")
    Organisation.objects.update(created_at=at - YEAR)
    return GrantFactory.create(member=ana, circle=None, organisation=organisation, right="organisation_contact")


def test_she_is_asked_once_when_a_year_is_over(hers, at):
    assert yearly_check.send_due(at=at - timedelta(minutes=1)) == 0
    assert yearly_check.count_due(at=at) == 1
    assert [yearly_check.send_due(at=at + timedelta(minutes=number)) for number in range(3)] == [1, 0, 0]
    assert Notice.objects.get().recipient == hers.member


def test_without_an_answer_she_is_asked_again_after_another_year(hers, at):
    yearly_check.send_due(at=at)
    assert yearly_check.send_due(at=at + YEAR - timedelta(minutes=1)) == 0
    assert yearly_check.send_due(at=at + YEAR) == 1


def test_who_said_that_all_is_right_is_asked_a_year_later(hers, ana, at):
    life.confirm(membership=hers, by=ana, at=at - timedelta(days=10))
    assert yearly_check.send_due(at=at) == 0
    assert yearly_check.send_due(at=at - timedelta(days=10) + YEAR) == 1


def test_mail_does_not_leave_once_she_has_answered(hers, ana, at):
    yearly_check.send_due(at=at)
    [notice] = Notice.objects.all()
    assert guards.ask(notice.guard, notice.subject_ref, at).ok
    life.confirm(membership=hers, by=ana, at=at)
    assert not guards.ask(notice.guard, notice.subject_ref, at).ok


@pytest.mark.parametrize("case", ["dormant", "no address", "switched off", "does not want it"])
def test_nobody_is_asked_who_pauses_has_no_address_or_does_not_want_it(hers, ana, at, case):
    if case == "dormant":
        Membership.objects.update(state="dormant")
    elif case == "does not want it":
        Preference.objects.create(member=ana, kind="yearly_check", wanted=False, changed_at=at)
    else:
        ana.email, ana.is_active = (None, True) if case == "no address" else (ana.email, False)
        ana.save(update_fields=["email", "is_active"])
    assert (yearly_check.count_due(at=at), yearly_check.send_due(at=at)) == (0, 0)


def test_contact_is_asked_about_the_organisation_once(contact, at):
    assert yearly_check.send_to_contacts(at=at - timedelta(minutes=1)) == 0
    assert yearly_check.count_to_contacts(at=at) == 1
    assert [yearly_check.send_to_contacts(at=at), yearly_check.send_to_contacts(at=at)] == [1, 0]
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.recipient_id) == ("organisation_check", contact.member_id)


def test_contact_who_said_it_is_right_or_is_none_any_more_is_not_asked(contact, ana, at):
    organisations.confirm(organisation=contact.organisation, by=ana, at=at)
    assert yearly_check.send_to_contacts(at=at) == 0
    Organisation.objects.update(checked_at=None)
    Grant.objects.update(ends_at=at)
    assert yearly_check.send_to_contacts(at=at) == 0


def test_several_contacts_are_asked_each(contact, at):
    GrantFactory.create(
        member=MemberFactory.create(), circle=None, organisation=contact.organisation, right="organisation_contact"
    )
    assert yearly_check.send_to_contacts(at=at) == 2
