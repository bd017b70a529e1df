import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import Entry
from forestallies.lib import links
from members.actions import applications, invitations
from members.models import Affiliation, Application, Consent, Grant, Member, Membership, Organisation
from notices import delivery
from notices.models import Notice
from tests.factories import ApplicationFactory, GrantFactory, MemberFactory, OrganisationFactory

State = Application.State

WORDS = {
    "name": "Ada Mensah",
    "email": "Ada@Example.org",
    "country": "GH",
    "zone": "Africa/Accra",
    "language": "fr",
    "organisation_name": "Golden Ridge (demo)",
    "stakeholder": "COMP",
    "role": "Buyer",
    "why": "We buy cocoa grown in the shade.",
}


def submit(community, at, **changes):
    return applications.submit(community=community, answers={**WORDS, **changes}, at=at)


def approve(application, by, at, organisation=None):
    return applications.approve(application=application, organisation=organisation, by=by, at=at)


@pytest.fixture
def application(community, bo, at):
    return submit(community, at)


def test_submit_tells_applicant_and_coordinators(application, bo):
    assert application.email == "ada@example.org"
    kinds = dict(Notice.objects.values_list("kind", "address"))
    assert kinds == {"application_received": "ada@example.org", "application_to_review": bo.email}
    assert Notice.objects.get(kind="application_received").language == "fr"


def test_submit_again_keeps_one_application_and_says_so_by_mail_only(application, community, at):
    assert submit(community, at + timedelta(days=1), why="Another try") is None
    assert Application.objects.get().why == WORDS["why"]
    assert Notice.objects.filter(kind="application_exists").count() == 1


def test_submit_again_and_again_is_one_mail_an_hour_and_spoils_no_link(application, community, at):
    """Anybody can type the address of somebody who applied."""
    for minute in range(3):
        submit(community, at + timedelta(minutes=minute))
    told = Notice.objects.filter(kind="application_exists")
    assert told.count() == 1
    application.refresh_from_db()
    [token] = re.findall(r"/apply/status/([^/]+)/", told.get().text)
    assert application.token_hash == links.hash_token(token)


def test_member_who_applies_again_is_told_by_mail_only(application, community, bo, at):
    approve(application, bo, at)
    assert submit(community, at + timedelta(days=1)) is None
    assert Notice.objects.filter(kind="already_member", address="ada@example.org").count() == 1


def test_approval_makes_the_member_in_her_circle(application, community, bo, at):
    member = approve(application, bo, at).member
    assert (member.email, member.zone, member.language) == ("ada@example.org", "Africa/Accra", "fr")
    membership = Membership.objects.get(member=member)
    assert (membership.community, membership.state) == (community, "active")
    assert community.circle.belongings.filter(member=member, left_at=None).exists()
    assert not member.has_usable_password()


def test_approval_makes_the_organisation_and_records_consents(application, bo, at):
    member = approve(application, bo, at).member
    affiliation = Affiliation.objects.get(member=member)
    assert (affiliation.organisation.name, affiliation.role) == ("Golden Ridge (demo)", "Buyer")
    assert set(Consent.objects.filter(member=member).values_list("term", flat=True)) == set(Consent.Term.values)


def test_approval_links_the_organisation_that_is_there(application, bo, at):
    known = OrganisationFactory.create(name="GOLDEN RÍDGE (demo)")
    assert known in Organisation.objects.named("golden ridge (DEMO)")
    approve(application, bo, at, organisation=known)
    assert Organisation.objects.count() == 1


def test_approval_links_the_person_that_is_there(application, cy, bo, at):
    cy.email = "ada@example.org"
    cy.save(update_fields=["email"])
    assert approve(application, bo, at).member == cy


def test_approval_sends_the_sign_in_link_once(application, bo, at):
    approve(application, bo, at)
    notice = Notice.objects.get(kind="welcome")
    assert notice.sensitive
    assert "/welcome/" in notice.text
    delivery.deliver_due(clock=lambda: at)
    notice.refresh_from_db()
    assert (notice.state, notice.text) == (Notice.State.SENT, "")


def test_approving_twice_is_refused_and_makes_nothing_twice(application, bo, at):
    approve(application, bo, at)
    with pytest.raises(applications.ApplicationRefused, match="already approved"):
        approve(application, bo, at)
    assert Membership.objects.count() == 1


def test_decline_waits_an_hour_before_it_is_told(application, bo, at):
    applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    notice = Notice.objects.get(kind="application_declined")
    assert notice.next_attempt_at == at + timedelta(hours=1)


def test_decline_taken_back_is_never_told(application, bo, at):
    applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    reopened = applications.reopen(application=application, by=bo, at=at + timedelta(minutes=30))
    assert (reopened.state, reopened.decided_at, reopened.reason) == (State.IN_REVIEW, None, "")
    assert Notice.objects.get(kind="application_declined").state == Notice.State.CANCELLED


def test_stranger_and_facilitator_cannot_decide(application, community, cy, at):
    GrantFactory.create(member=cy, circle=community.circle, right=Grant.Right.FACILITATOR)
    with pytest.raises(PermissionDenied):
        approve(application, cy, at)


def test_coordinator_whose_grant_ended_cannot_decide(application, bo, at):
    bo.grants.update(ends_at=at)
    with pytest.raises(PermissionDenied):
        approve(application, bo, at)


def test_nobody_decides_on_her_own_application(community, bo, at):
    own = ApplicationFactory.create(community=community, email=bo.email)
    with pytest.raises(PermissionDenied, match="own application"):
        approve(own, bo, at)


def test_decision_is_audited_without_personal_values(application, bo, at):
    approve(application, bo, at)
    entry = Entry.objects.about(application).get(verb="application.approved")
    assert entry.actor_id == bo.pk
    assert not any(word in str(entry.detail) for word in ("Ada", "ada@", "Golden"))


def test_invitation_proves_the_address_and_works_once(cy, at):
    _row, token = invitations.issue(member=cy, at=at)
    invitations.accept(token=token, password="a long sentence", at=at)
    cy.refresh_from_db()
    assert cy.check_password("a long sentence")
    assert EmailAddress.objects.get(user=cy).verified
    with pytest.raises(invitations.InvitationRefused, match="already used"):
        invitations.accept(token=token, password="", at=at)


def test_invitation_expires_after_a_week(cy, at):
    _row, token = invitations.issue(member=cy, at=at)
    with pytest.raises(invitations.InvitationRefused, match="expired"):
        invitations.find(token=token, at=at + timedelta(days=7))


def test_newer_invitation_ends_the_older(cy, at):
    _row, old = invitations.issue(member=cy, at=at)
    invitations.issue(member=cy, at=at)
    with pytest.raises(invitations.InvitationRefused, match="already used"):
        invitations.find(token=old, at=at)


def test_token_is_stored_nowhere(cy, at):
    row, token = invitations.issue(member=cy, at=at)
    assert token not in str(row.__dict__)
    assert Member.objects.get(invitations__token_hash=row.token_hash) == cy


def test_account_that_was_switched_off_is_not_promised_a_sign_in(application, bo, at):
    MemberFactory.create(email="ada@example.org", is_active=False)
    with pytest.raises(applications.ApplicationRefused, match="switched off"):
        approve(application, bo, at)
    application.refresh_from_db()
    assert application.is_open()
    assert not Notice.objects.filter(kind="welcome").exists()


@pytest.mark.parametrize("email", ['"ada\\\x01"@example.org', '"ada\x7f"@example.org'])
def test_address_with_control_characters_is_refused(application, email):
    application.email = email
    with pytest.raises(ValidationError, match="control characters"):
        application.full_clean()
