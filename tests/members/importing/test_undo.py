"""The way back, and who stays."""

from datetime import timedelta

import pytest

from audit.models import Entry
from members.actions import imports, memberships, people
from members.actions.imports import ImportRefused
from members.models import CircleMember, ImportRow, Member, MemberImport, Membership, Organisation
from notices.models import Notice
from tests.factories import OrganisationFactory, RegistrationFactory

HEAD = "Name,E-mail,Country,Organisation,Type,Role,Languages,Privacy notice\n"
BEA = "Bea,bea@example.org,Peru,New Thing,Company,Owner,Spanish,I agree\n"


def bea():
    return Member.objects.filter(email="bea@example.org").first()


def test_people_and_organisations_that_a_list_made_go(desk):
    batch = desk.bring_in(HEAD + BEA)
    assert (bea().name, Organisation.objects.count()) == ("Bea", 1)
    desk.undo(batch)
    assert (bea(), Organisation.objects.count(), batch.state, batch.counts["kept"]) == (None, 0, "undone", 0)


def test_changes_of_known_people_go_back(desk, ana, community, at):
    place = OrganisationFactory.create(name="Old Place")
    memberships.begin(member=ana, community=community, organisation=place, stakeholder="COMP", role="", by=None, at=at)
    batch = desk.bring_in(f"{HEAD}Ana Nueva,ana@example.org,Ghana,New Thing,NGO,Owner,Spanish,I agree\n")
    desk.undo(batch)
    ana.refresh_from_db()
    membership = ana.memberships.get()
    assert (ana.name, ana.country, membership.stakeholder, membership.organisation) == (
        "Ana Quispe",
        "PE",
        "COMP",
        place,
    )
    assert [one.organisation for one in ana.affiliations.all()] == [place]
    assert (ana.consents.count(), hasattr(ana, "directory_entry"), Organisation.objects.count()) == (0, False, 1)


def test_membership_that_a_list_began_ends_without_a_trace_in_the_circle(desk, cy, community):
    batch = desk.bring_in(f"{HEAD}Cy,cy@example.org,,,NGO,,,\n")
    desk.undo(batch)
    assert not Membership.objects.filter(member=cy).exists()
    assert not CircleMember.objects.filter(member=cy, circle=community.circle).exists()


def sign_in(member, workshop, at):
    member.last_login = at
    member.save(update_fields=["last_login"])


def change(member, workshop, at):
    member.name = "Bea Own"
    people.change_profile(member=member, by=member, at=at)


def take_part(member, workshop, at):
    RegistrationFactory.create(event=workshop, member=member)


@pytest.mark.parametrize(("happening", "reason"), [(sign_in, "signed_in"), (change, "changed"), (take_part, "used")])
def test_somebody_who_was_touched_since_stays_and_is_named(desk, workshop, at, happening, reason):
    batch = desk.bring_in(f"{HEAD}{BEA}Eva,eva@example.org,Peru,,NGO,,,\n")
    happening(bea(), workshop, at + timedelta(minutes=1))
    desk.undo(batch)
    assert (bea() is None, Member.objects.filter(name="Eva").exists()) == (False, False)
    assert list(ImportRow.objects.exclude(kept_because="").values_list("number", "kept_because")) == [(2, reason)]
    assert (batch.counts["kept"], Organisation.objects.count()) == (1, 1)


def test_value_that_changed_since_is_not_turned_back(desk, ana, community, at):
    memberships.begin(member=ana, community=community, organisation=None, stakeholder="COMP", role="", by=None, at=at)
    batch = desk.bring_in(f"{HEAD}Ana Nueva,ana@example.org,Ghana,,,,,\n")
    Member.objects.filter(pk=ana.pk).update(country="FR")
    desk.undo(batch)
    ana.refresh_from_db()
    assert (ana.name, ana.country, batch.counts["kept"]) == ("Ana Nueva", "FR", 1)


def test_invitation_that_did_not_leave_never_does(desk, at):
    from notices import guards

    batch = desk.bring_in(HEAD + BEA, invites=True)
    notice = Notice.objects.get()
    assert guards.ask(notice.guard, notice.subject_ref, at).ok
    desk.undo(batch)
    assert bea() is None
    assert not guards.ask(notice.guard, notice.subject_ref, at).ok


def test_import_is_undone_once(desk):
    batch = desk.bring_in(HEAD + BEA)
    desk.undo(batch)
    with pytest.raises(ImportRefused):
        imports.undo(batch=batch, by=desk.by, at=desk.at)
    assert Entry.objects.filter(verb="member.import_undone").count() == 1


def test_rows_are_forgotten_after_thirty_days_and_people_stay(desk, at):
    batch = desk.bring_in(HEAD + BEA)
    assert imports.forget_old(at=at + timedelta(days=30) - timedelta(seconds=1)) == 0
    assert imports.forget_old(at=at + timedelta(days=30)) == 1
    batch.refresh_from_db()
    assert (batch.rows.count(), batch.organisations.count(), batch.counts["create"]) == (0, 0, 1)
    assert all(column["samples"] == [] for column in batch.columns)
    assert bea().name == "Bea"
    assert imports.forget_old(at=at + timedelta(days=30)) == 0


def test_forgotten_list_cannot_be_undone(desk, at):
    batch = desk.bring_in(HEAD + BEA)
    imports.forget_old(at=at + timedelta(days=30))
    with pytest.raises(ImportRefused):
        imports.undo(batch=batch, by=desk.by, at=at)


def test_unused_list_is_forgotten_after_a_week(desk, at):
    desk.check(HEAD + BEA)
    assert imports.forget_old(at=at + timedelta(days=7)) == 1
    assert MemberImport.objects.get().rows.count() == 0
