import smtplib
from datetime import timedelta

import pytest
from django.core import mail

from notices import delivery, guards, outbox, refusals
from notices.ledger import Ledger
from notices.models import Notice
from tests.notices.servers import deliver
from tests.notices.test_outbox import message, posting

State = Notice.State


def test_delivery_sends_once(post, at):
    post(3)
    assert deliver(at) == {"sent": 3}
    assert deliver(at) == {}
    assert len(mail.outbox) == 3


def test_mail_carries_the_stable_message_id(post, at):
    post()
    deliver(at)
    notice = Notice.objects.get()
    assert mail.outbox[0].extra_headers["Message-ID"] == notice.message_id
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_most_urgent_leaves_first(post, at):
    outbox.post_once(posting("a", message=message(subject="reminder"), priority=Notice.Priority.REMINDER), at=at)
    outbox.post_once(posting("b", message=message(subject="code"), priority=Notice.Priority.SIGN_IN), at=at)
    deliver(at)
    assert [sent.subject for sent in mail.outbox] == ["code", "reminder"]


def test_security_words_are_blanked_once_sent(post, at):
    post(sensitive=True)
    deliver(at)
    notice = Notice.objects.get()
    assert (notice.state, notice.text, notice.html) == (State.SENT, "", "")


def test_guard_holds_back_what_nobody_wants_any_more(post, at, monkeypatch):
    monkeypatch.setitem(guards._GUARDS, "no", lambda refs, _at: [guards.Verdict(False, f"{refs[0]} is gone")])
    post(guard="no", subject_ref="7")
    assert deliver(at) == {"suppressed": 1}
    assert Notice.objects.get().problem == "7 is gone"


def test_unknown_guard_fails_the_message_and_not_the_batch(post, at):
    outbox.post_once(posting("bad", guard="misspelt"), at=at)
    post()
    assert deliver(at) == {"failed": 1, "sent": 1}


def test_late_message_is_marked_missed(post, at):
    post(expires_at=at + timedelta(minutes=5))
    assert deliver(at + timedelta(minutes=5)) == {}
    assert Notice.objects.get().state == State.MISSED
    assert mail.outbox == []


def test_temporary_refusal_is_tried_again_later(post, server, at):
    server.answers = [smtplib.SMTPDataError(451, b"try later")]
    post()
    assert deliver(at) == {"retry": 1}
    assert deliver(at) == {}
    assert deliver(at + timedelta(minutes=1)) == {"sent": 1}


def test_permanent_refusal_fails_visibly(post, server, at):
    server.answers = [smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"no such user")})]
    post(2)
    assert deliver(at) == {"failed": 1, "sent": 1}
    assert Notice.objects.get(state=State.FAILED).problem == "550 no such user"


def test_endless_temporary_refusals_end(post, server, at):
    server.answers = [smtplib.SMTPDataError(451, b"later")] * 20
    post()
    for hour in range(12):
        deliver(at + timedelta(hours=hour))
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (State.FAILED, delivery.MAX_ATTEMPTS)


def test_unreachable_server_costs_no_attempts_and_loses_nothing(post, server, at):
    server.answers = [ConnectionRefusedError("no server")]
    post(3)
    assert deliver(at) == {"unreachable": 1}
    waiting = Notice.objects.order_by("id").values_list("state", "attempts")
    assert list(waiting) == [(State.RETRY, 0), (State.QUEUED, 0), (State.QUEUED, 0)]
    assert deliver(at + timedelta(minutes=1)) == {"sent": 3}


def test_claimed_message_is_passed_over_until_its_lease_ends(post, at):
    post()
    assert len(delivery.claim(worker="one", at=at, size=10)) == 1
    for moment in (at, at + timedelta(seconds=20), at + delivery.LEASE):
        assert delivery.claim(worker="two", at=moment, size=10) == []
    later = at + delivery.LEASE + timedelta(seconds=1)
    assert len(delivery.claim(worker="two", at=later, size=10)) == 1


def test_worker_that_lost_its_lease_does_not_write(post, at):
    post()
    [row] = delivery.claim(worker="slow", at=at, size=1)
    delivery.claim(worker="fast", at=at + delivery.LEASE * 2, size=1)
    hand = delivery.Hand("slow", lambda: at, mail.get_connection(), refusals.Book([row]), Ledger())
    delivery._finish(row, State.FAILED, hand, at, "too late")
    assert Notice.objects.get().claimed_by == "fast"
    assert Notice.objects.get().state == State.SENDING


def test_limit_leaves_the_rest_for_the_next_run(post, at):
    post(5)
    assert deliver(at, limit=2) == {"sent": 2}
    assert deliver(at) == {"sent": 3}


@pytest.mark.parametrize("subject", ["=?utf-8?q?x?=", "Ünïcode — título", "a, b; c", "x" * 300])
def test_any_subject_survives_the_way_to_the_mail(db, at, subject):
    outbox.post_once(posting("odd", message=message(subject=subject)), at=at)
    deliver(at)
    assert mail.outbox[0].subject == subject
