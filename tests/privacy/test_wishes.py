"""Asking to be erased: confirmed by mail, waiting, taken back, carried out; and a coordinator asking for somebody."""

import re
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from forestallies.privacy import wishes
from forestallies.privacy.erasure import ErasureRefused
from forestallies.tasks import erase_due
from members.models import ErasureRequest, Member
from notices.models import Notice
from tests.factories import CircleFactory, GrantFactory, MemberFactory, join
from tests.notices.servers import deliver

pytestmark = pytest.mark.django_db
State = ErasureRequest.State
DAY = timedelta(days=1)


@pytest.fixture
def silent(community):
    """Never signed in, and has no address."""
    return join(MemberFactory.create(name="Si Lent", email=None), community.circle)


def ask(ana, at):
    return wishes.ask(member=ana, keeps_certificates=True, by=ana, at=at)


def ask_for(member, bo, at, reason="By telephone."):
    return wishes.ask_for(member=member, reason=reason, keeps_certificates=False, by=bo, at=at)


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_nothing_happens_before_it_is_confirmed(ana, at):
    wish = ask(ana, at)
    assert (wish.state, wish.due_at, kinds()) == (State.ASKED, None, ["erasure_asked"])
    assert wishes.carry_out_due(at=at + 30 * DAY) == 0


def test_confirmed_it_waits_for_seven_days_and_then_it_is_done(ana, at):
    wish = wishes.confirm(wish=ask(ana, at), at=at)
    assert (wish.due_at, kinds()) == (at + 7 * DAY, ["erasure_asked", "erasure_planned"])
    assert wishes.carry_out_due(at=at + 7 * DAY - timedelta(seconds=1)) == 0
    assert wishes.carry_out_due(at=at + 7 * DAY) == 1
    wish.refresh_from_db()
    assert (wish.state, Member.objects.get(pk=ana.pk).name) == (State.DONE, "Erased person")
    assert wishes.carry_out_due(at=at + 8 * DAY) == 0


def test_tick_does_it(ana, at, clock):
    wishes.confirm(wish=ask(ana, at - 7 * DAY), at=at - 7 * DAY)
    erase_due()
    assert Member.objects.get(pk=ana.pk).erased_at == at


def test_mail_says_the_day_in_her_language_and_how_to_take_it_back(ana, at):
    wish = wishes.confirm(wish=ask(ana, at), at=at)
    Notice.objects.filter(kind="erasure_asked").delete()
    assert deliver(at) == {"sent": 1}
    [mail] = django_mail.outbox
    assert "28 de noviembre de 2026" in mail.subject and "28 de noviembre de 2026" in mail.body
    token = re.search(r"/erasure/([^/\s]+)/", mail.body).group(1)
    from forestallies.privacy.emails import WISH

    assert WISH.read(token) == wish.pk
    assert Notice.objects.get().text == ""


@pytest.mark.parametrize("after", [timedelta(0), 6 * DAY])
def test_taken_back_nothing_is_erased(ana, at, after):
    wish = wishes.confirm(wish=ask(ana, at), at=at)
    wishes.take_back(wish=wish, by=ana, at=at + after)
    assert wishes.carry_out_due(at=at + 30 * DAY) == 0
    assert Member.objects.get(pk=ana.pk).name == "Ana Quispe"


def test_it_is_not_taken_back_once_the_day_has_come(ana, at):
    wish = wishes.confirm(wish=ask(ana, at), at=at)
    with pytest.raises(ErasureRefused, match=r"^It is too late to take this back: the day has come\.$"):
        wishes.take_back(wish=wish, by=ana, at=at + 7 * DAY)


def test_link_is_good_for_two_days(ana, at):
    wish = ask(ana, at)
    with pytest.raises(ErasureRefused, match="too old"):
        wishes.confirm(wish=wish, at=at + 2 * DAY)
    assert wishes.confirm(wish=wish, at=at + 2 * DAY - timedelta(seconds=1)).state == State.WAITING


def test_asking_again_mails_a_new_link_but_not_at_once(ana, at):
    ask(ana, at)
    with pytest.raises(ErasureRefused, match="just sent"):
        ask(ana, at + timedelta(minutes=9))
    ask(ana, at + timedelta(minutes=10))
    assert (kinds(), ErasureRequest.objects.count()) == (["erasure_asked"] * 2, 1)


def test_last_coordinator_is_told_before_and_at_the_end(community, bo, cy, at):
    with pytest.raises(ErasureRefused, match="Nobody else coordinates Forest Allies"):
        ask(bo, at)
    grant = GrantFactory.create(member=cy, circle=community.circle)
    wishes.confirm(wish=ask(bo, at), at=at)
    grant.delete()
    assert wishes.carry_out_due(at=at + 8 * DAY) == 0
    assert (Member.objects.get(pk=bo.pk).name, ErasureRequest.objects.get().state) == ("Bo Dupont", State.WAITING)


def test_one_who_is_refused_does_not_stop_the_others(community, ana, bo, at):
    ErasureRequest.objects.create(member=bo, state="waiting", asked_at=at, confirmed_at=at, due_at=at)
    wishes.confirm(wish=ask(ana, at), at=at)
    assert wishes.carry_out_due(at=at + 8 * DAY) == 1


def test_coordinator_asks_for_somebody_without_sign_in(silent, bo, at):
    wish = ask_for(silent, bo, at)
    assert (wish.state, wish.due_at, kinds()) == (State.WAITING, at + 7 * DAY, [])
    assert wishes.carry_out_due(at=at + 7 * DAY) == 1
    wish.refresh_from_db()
    assert wish.reason == ""


def test_somebody_with_an_address_is_told_that_a_coordinator_asked(ana, bo, at):
    ask_for(ana, bo, at)
    deliver(at)
    assert "Bo Dupont" in django_mail.outbox[0].body


def test_who_signs_in_asks_herself(ana, bo, at):
    Member.objects.filter(pk=ana.pk).update(last_login=at)
    ana.refresh_from_db()
    with pytest.raises(ErasureRefused, match="This person signs in"):
        ask_for(ana, bo, at)


def test_coordinators_ask_for_their_own_people_only(silent, ana, bo, cy, at):
    for who, by in ((cy, bo), (silent, ana), (bo, bo)):
        with pytest.raises(PermissionDenied):
            ask_for(who, by, at)
    assert ErasureRequest.objects.count() == 0


def test_nobody_erases_the_people_of_another_community(silent, bo, at):
    """Bringing somebody's address into one's own list is enough to have her among one's people."""
    elsewhere = CircleFactory.create()
    join(silent, elsewhere)
    with pytest.raises(ErasureRefused, match=r"^This person is in a group of other coordinators, too\."):
        ask_for(silent, bo, at)
    ask_for(silent, MemberFactory.create(is_superuser=True), at)
    wishes.take_back(wish=ErasureRequest.objects.get(), by=bo, at=at)
    GrantFactory.create(member=bo, circle=elsewhere)
    assert ask_for(silent, bo, at).state == State.WAITING


def test_each_step_is_written_down_without_words(silent, ana, bo, at):
    wishes.take_back(wish=wishes.confirm(wish=ask(ana, at), at=at), by=ana, at=at)
    ask_for(silent, bo, at, reason="She called me")
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["erasure.asked", "erasure.confirmed", "erasure.taken_back", "erasure.asked_for"]
    assert "called" not in str(list(Entry.objects.values_list("detail", flat=True)))
