"""Taking messages back and sending them once more: what may be, what is refused in which words, and what is written."""

from datetime import timedelta

import pytest

from audit.models import Entry
from events import emails
from events.models import Registration
from notices import delivery, outbox
from notices.actions import outbox as actions
from notices.models import Notice, RefusedAddress
from tests.factories import RegistrationFactory
from tests.notices.messages import notice

pytestmark = pytest.mark.django_db


def cancel(row, bo, at):
    return actions.cancel(notice=row, by=bo, at=at)


def resend(row, bo, at):
    return actions.resend(notice=row, by=bo, at=at)


def deliver(at):
    delivery.deliver_due(clock=lambda: at)


def acts(row):
    return [(entry.verb, entry.actor_id) for entry in Entry.objects.about(row).order_by("pk")]


@pytest.fixture
def confirmed(workshop, ana, at):
    """Ana's confirmation, drawn when it is sent."""
    registration = RegistrationFactory.create(event=workshop, member=ana)
    outbox.post_once(emails.answer(registration, at=at), at=at)
    return Notice.objects.get()


# --- Taking back ---


@pytest.mark.parametrize("state", ["queued", "retry"])
def test_waiting_message_is_taken_back_and_never_leaves(state, bo, at, mailoutbox):
    row = cancel(notice(state), bo, at)
    deliver(at)
    row.refresh_from_db()
    assert (row.state, row.problem, row.finished_at, mailoutbox) == ("cancelled", actions.TAKEN_BACK, at, [])
    assert acts(row) == [("notice.cancelled", bo.pk)]


def test_message_in_a_workers_hand_is_refused_in_a_sentence(bo, at):
    row = notice("sending")
    with pytest.raises(actions.OutboxRefused, match="being handed to the mail server right now"):
        cancel(row, bo, at)
    row.refresh_from_db()
    assert (row.state, acts(row)) == ("sending", [])


@pytest.mark.parametrize("state", ["sent", "failed", "suppressed", "cancelled", "missed"])
def test_message_that_came_to_its_end_is_not_cancelled(state, bo, at):
    with pytest.raises(actions.OutboxRefused, match="does not wait any more"):
        cancel(notice(state), bo, at)


def test_several_are_taken_back_and_those_that_left_are_counted(bo, at):
    waiting, left = [notice() for _ in range(3)], [notice("sent"), notice("sending")]
    done = actions.cancel_many(ids=[row.pk for row in [*waiting, *left]], by=bo, at=at)
    assert (done.done, done.left) == (3, 2)
    assert [*Notice.objects.order_by("pk").values_list("state", flat=True)] == ["cancelled"] * 3 + ["sent", "sending"]
    assert Entry.objects.filter(verb="notice.cancelled").count() == 3


def test_more_than_the_limit_is_a_sentence(bo, at):
    with pytest.raises(actions.OutboxRefused, match="more than 500 messages at a time"):
        actions.cancel_many(ids=range(1, 502), by=bo, at=at)


@pytest.mark.parametrize("private", [{"sensitive": True}, {"priority": Notice.Priority.SIGN_IN}])
@pytest.mark.parametrize(("state", "act"), [("queued", cancel), ("failed", resend), ("sent", resend)])
def test_sign_in_mails_are_left_alone(private, state, act, bo, at):
    row = notice(state, **private)
    with pytest.raises(actions.OutboxRefused, match="about signing in"):
        act(row, bo, at)
    assert actions.cancel_many(ids=[row.pk], by=bo, at=at).done == 0
    assert actions.resend_many(ids=[row.pk], by=bo, at=at).done == 0


# --- Sending again ---


def test_failed_message_is_tried_again_with_its_message_id(ana, bo, at, mailoutbox):
    row = notice("failed", to=ana, attempts=10, problem="550 no", expires_at=at - timedelta(minutes=30))
    made = resend(row, bo, at)
    assert (made.pk, made.state, made.attempts, made.problem) == (row.pk, "queued", 0, "")
    assert made.expires_at == at + timedelta(minutes=30)  # it lives as long as it did at first
    deliver(at)
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [row.message_id]
    assert acts(row) == [("notice.tried_again", bo.pk)]


def test_time_left_is_kept(ana, bo, at):
    row = notice("failed", to=ana)
    assert resend(row, bo, at).expires_at == row.expires_at


def test_copy_of_a_sent_message_is_a_message_of_its_own(confirmed, ana, bo, at, mailoutbox):
    deliver(at)
    confirmed.refresh_from_db()
    copy = resend(confirmed, bo, at)
    deliver(at)
    assert [mail.subject for mail in mailoutbox] == [confirmed.subject] * 2
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 2
    assert (copy.about, copy.guard, copy.recipient) == (confirmed.about, confirmed.guard, ana)
    assert (acts(confirmed), acts(copy)) == ([("notice.sent_again", bo.pk)], [("notice.copied", bo.pk)])


def test_copy_is_drawn_anew_in_the_language_of_today(confirmed, ana, bo, at, mailoutbox):
    deliver(at)
    ana.language = "pt-br"
    ana.save(update_fields=["language"])
    confirmed.refresh_from_db()
    assert resend(confirmed, bo, at).language == "pt-br"
    deliver(at)
    assert [mail.body.partition(",")[0] for mail in mailoutbox] != [mailoutbox[0].body.partition(",")[0]] * 2


def test_two_who_press_together_send_one_copy(bo, at):
    row = notice("sent")
    assert resend(row, bo, at) == resend(row, bo, at + timedelta(seconds=20))
    assert Notice.objects.count() == 2


def test_what_is_not_true_any_more_is_not_sent_again(confirmed, bo, at):
    deliver(at)
    Registration.objects.update(state="cancelled", cancelled_by="member")
    with pytest.raises(actions.OutboxRefused, match="not true any more"):
        resend(confirmed, bo, at)


def test_guard_is_asked_of_a_copy_when_it_leaves(confirmed, bo, at, mailoutbox):
    deliver(at)
    assert actions.resend_many(ids=[confirmed.pk], by=bo, at=at).done == 1
    Registration.objects.update(state="cancelled", cancelled_by="member")
    deliver(at)
    assert (Notice.objects.latest("pk").state, len(mailoutbox)) == ("suppressed", 1)


def test_reminder_whose_time_is_over_is_not_sent_again(bo, at):
    row = notice("failed", priority=Notice.Priority.REMINDER, expires_at=at)
    with pytest.raises(actions.OutboxRefused, match="time of this reminder is over"):
        resend(row, bo, at)
    assert resend(row, bo, at - timedelta(seconds=1)).state == "queued"


@pytest.mark.parametrize("state", ["queued", "sending", "retry", "suppressed", "cancelled", "missed"])
def test_only_what_was_sent_or_failed_is_sent_again(state, bo, at):
    with pytest.raises(actions.OutboxRefused, match="was sent or that failed"):
        resend(notice(state), bo, at)


@pytest.mark.parametrize("state", ["failed", "sent"])
def test_it_goes_to_the_address_that_the_person_has_now(state, ana, bo, at):
    row = notice(state, to=ana, address="old@example.org")
    assert resend(row, bo, at).address == "ana@example.org"


def test_nothing_is_sent_again_to_an_address_that_was_stopped(ana, bo, at):
    row = notice("failed", to=ana)
    RefusedAddress.objects.create(address=ana.email, member=ana, refusals=3, last_at=at, stopped_at=at)
    with pytest.raises(actions.OutboxRefused, match="Please let it go on first"):
        resend(row, bo, at)
    done = actions.resend_many(ids=[row.pk], by=bo, at=at)
    assert (done.done, done.left) == (0, 1)


def test_address_that_was_refused_but_not_stopped_is_written_to(ana, bo, at):
    RefusedAddress.objects.create(address=ana.email, member=ana, refusals=2, last_at=at)
    assert actions.resend_many(ids=[notice("failed", to=ana).pk], by=bo, at=at).done == 1


def test_several_are_sent_again_each_in_its_way(bo, at):
    rows = [notice("failed"), notice("sent"), notice("cancelled")]
    done = actions.resend_many(ids=[row.pk for row in rows], by=bo, at=at)
    assert (done.done, done.left) == (2, 1)
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["cancelled", "queued", "queued", "sent"]
