"""Agreeing, putting off, declining; and what follows for the membership."""

from datetime import timedelta

import pytest

from audit.models import Entry
from members import terms
from members.actions import consents
from members.actions.consents import ConsentRefused
from members.models import Consent, TermAnswer
from notices.models import Notice
from tests.factories import ApplicationFactory, MembershipFactory
from tests.factories.terms import BEGAN, agreed, publish

COMPETITION = Consent.Term.COMPETITION


@pytest.fixture
def membership(ana, community):
    return MembershipFactory.create(member=ana, community=community)


def shown(at) -> str:
    return terms.signature(terms.in_force(at))


def agree(member, at, *chosen, signature=None):
    return consents.agree(
        member=member, chosen=chosen, shown=signature or shown(at), language="es", by=member, at=at
    )  # fmt: skip


def refuse(member, at, term=COMPETITION, then="pause"):
    consents.refuse(member=member, term=term, then=then, by=member, at=at)


def test_agreeing_writes_version_language_and_date(ana, membership, at):
    publish("competition")
    assert agree(ana, at, "competition", "privacy") == 2
    rows = Consent.objects.filter(member=ana).order_by("term")
    assert list(rows.values_list("term", "version", "language", "given_at")) == [
        ("competition", "2026-12", "es", at), ("privacy", "2026-11", "es", at),
    ]  # fmt: skip
    assert Entry.objects.get(verb="consent.given").detail["versions"] == {
        "competition": "2026-12",
        "privacy": "2026-11",
    }


def test_agreeing_twice_is_one_consent(ana, membership, at):
    agree(ana, at, "competition")
    agree(ana, at + timedelta(hours=1), "competition")
    assert Consent.objects.get().given_at == at


def test_nobody_agrees_to_words_she_did_not_see(ana, membership, at):
    before = shown(at)
    publish("competition")
    with pytest.raises(ConsentRefused, match="changed while you were reading"):
        agree(ana, at, "competition", signature=before)
    assert not Consent.objects.exists()


def test_later_is_a_week_and_never_beyond_thirty_days(ana, membership, at):
    agreed(ana)
    publish("competition", at=at)
    again = consents.put_off(member=ana, by=ana, at=at)
    assert again == at + timedelta(days=7)
    assert terms.asked(ana, at=again - timedelta(seconds=1)) == [] and len(terms.asked(ana, at=again)) == 1
    late = at + timedelta(days=28)
    assert consents.put_off(member=ana, by=ana, at=late) == at + timedelta(days=30)
    with pytest.raises(ConsentRefused, match="cannot wait"):
        consents.put_off(member=ana, by=ana, at=at + timedelta(days=30))


@pytest.mark.parametrize(("then", "state"), [("pause", "dormant"), ("end", "ended")])
def test_declining_stops_the_membership_and_tells_the_coordinators(ana, membership, bo, at, then, state):
    agreed(ana)
    refuse(ana, at, then=then)
    membership.refresh_from_db()
    assert (membership.state, membership.ended_at) == (state, at if then == "end" else None)
    assert not ana.belongings.filter(circle=membership.community.circle, left_at=None).exists()
    assert Consent.objects.get(term="competition").withdrawn_at == at
    told = Notice.objects.get(kind="term_withdrawn")
    assert told.recipient == bo and ana.name not in told.text + told.subject


def test_declining_without_an_answer_about_the_membership_changes_nothing(ana, membership, bo, at):
    agreed(ana)
    with pytest.raises(ConsentRefused, match="what becomes of your membership"):
        refuse(ana, at, then="")
    assert Consent.objects.filter(withdrawn_at=None).count() == 4


def test_privacy_taken_back_leaves_the_membership_and_tells(ana, membership, bo, at):
    agreed(ana)
    refuse(ana, at, term=Consent.Term.PRIVACY, then="end")
    membership.refresh_from_db()
    assert membership.state == "active"
    assert Notice.objects.filter(kind="term_withdrawn", recipient=bo).count() == 1


def test_agreeing_again_lets_a_paused_membership_go_on_once_nothing_is_declined(ana, membership, bo, at):
    agreed(ana)
    refuse(ana, at)
    refuse(ana, at, term=Consent.Term.COMMITMENT)
    agree(ana, at + timedelta(days=1), "competition")
    membership.refresh_from_db()
    assert membership.state == "dormant"
    agree(ana, at + timedelta(days=1), "commitment")
    membership.refresh_from_db()
    assert membership.state == "active"
    assert ana.belongings.filter(circle=membership.community.circle, left_at=None).count() == 1


def test_agreeing_to_a_new_version_wakes_nobody_who_sleeps_for_another_reason(ana, membership, at):
    agreed(ana)
    membership.state = "dormant"
    membership.save()
    publish("competition")
    agree(ana, at, "competition")
    membership.refresh_from_db()
    assert membership.state == "dormant"


def test_who_declined_is_not_asked_before_the_next_version(ana, membership, at):
    agreed(ana)
    refuse(ana, at)
    assert terms.asked(ana, at=at) == []
    publish("competition")
    assert [one.term.value for one in terms.asked(ana, at=at)] == ["competition"]
    agree(ana, at, "competition")
    assert not TermAnswer.objects.filter(version="2026-12").exists()


def test_application_gives_consent_to_what_counted_when_it_was_sent(ana, community):
    publish("competition")
    early = ApplicationFactory.create(community=community, submitted_at=BEGAN - timedelta(hours=1))
    consents.give_with_application(application=early, member=ana)
    consents.give_with_application(application=early, member=ana)
    rows = Consent.objects.filter(member=ana)
    assert set(rows.values_list("term", "version")) == {(term, "2026-11") for term in Consent.Term.values}
    assert set(rows.values_list("language", "given_at")) == {("es", early.submitted_at)}
