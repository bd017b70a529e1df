"""What a person wants to get, as she chose it."""

import pytest

from audit.models import Entry
from members import preferences
from members.actions.preferences import PreferenceRefused, choose, turn
from notices import kinds
from notices.models import Preference


def offered(member, at) -> set[str]:
    return {kind.name for kind in preferences.offered_to(member, at=at)}


def test_who_never_chose_gets_everything(ana):
    assert preferences.unwanted(ana) == set()
    assert preferences.wants(ana, kinds.get("materials_posted"))


def test_what_is_not_ticked_stops_and_nothing_else_is_written(ana, at):
    wanted = offered(ana, at) - {"materials_posted"}
    assert choose(member=ana, wanted=wanted, by=ana, at=at) == {"materials_posted"}
    row = Preference.objects.get()
    assert (row.member, row.kind, row.wanted, row.changed_at) == (ana, "materials_posted", False, at)
    entry = Entry.objects.get(verb="messages.chosen")
    assert (entry.actor_id, entry.detail) == (ana.pk, {"stopped": ["materials_posted"], "resumed": []})


def test_same_choice_again_changes_and_records_nothing(ana, at):
    for _ in range(2):
        choose(member=ana, wanted=set(), by=ana, at=at)
    assert Entry.objects.filter(verb="messages.chosen").count() == 1
    assert preferences.unwanted(ana) == offered(ana, at)


def test_what_is_ticked_again_comes_again(ana, at):
    choose(member=ana, wanted=set(), by=ana, at=at)
    assert choose(member=ana, wanted={"materials_posted"}, by=ana, at=at) == {"materials_posted"}
    assert preferences.wants(ana, kinds.get("materials_posted"))
    assert Preference.objects.filter(kind="materials_posted").count() == 1


@pytest.mark.parametrize(
    "kind", ["registration_confirmed", "account/email/login_code", "weekly_digest", "no such kind"]
)
def test_what_is_not_offered_to_her_is_refused_whole(ana, at, kind):
    with pytest.raises(PreferenceRefused):
        choose(member=ana, wanted={"materials_posted", kind}, by=ana, at=at)
    assert not Preference.objects.exists()


def test_coordinator_is_asked_about_the_mail_on_mondays_and_nobody_else(ana, bo, at):
    assert offered(bo, at) - offered(ana, at) == {"weekly_digest"}
    assert preferences.offered_to(bo, at=at)[-1].name == "weekly_digest"


def test_choice_of_a_member_leaves_what_she_is_not_asked_about(ana, at):
    turn(member=ana, kind="weekly_digest", wanted=False, by=ana, at=at)
    choose(member=ana, wanted=offered(ana, at), by=ana, at=at)
    assert preferences.unwanted(ana) == {"weekly_digest"}


def test_one_kind_stops_once_and_comes_again(ana, at):
    turns = [turn(member=ana, kind="materials_posted", wanted=wanted, by=ana, at=at) for wanted in (0, 0, 1, 1)]
    assert turns == [True, False, True, False]
    assert preferences.wants(ana, kinds.get("materials_posted"))


def test_answers_offers_moves_and_sign_in_cannot_be_stopped(ana, at):
    always = {
        "registration_confirmed", "waitlisted", "offered", "promoted", "rescheduled", "event_cancelled", "welcome",
        "account/email/login_code", "account/email/password_reset_key", "certificate_issued", "role_invitation",
        "registered_several", "address_stopped", "application_to_review",
    }  # fmt: skip
    for kind in always:
        with pytest.raises(PreferenceRefused):
            turn(member=ana, kind=kind, wanted=False, by=ana, at=at)
    assert not Preference.objects.exists()
