"""An address that servers refuse three times in a row gets nothing more, until somebody lets it go on."""

import smtplib
from datetime import datetime, timedelta

import pytest
from django.core import mail

from audit.models import Entry
from notices import refusals
from notices.actions import addresses
from notices.models import Notice, RefusedAddress
from tests.events.test_two_at_once import meet
from tests.notices.servers import deliver

MINUTE = timedelta(minutes=1)
SIGN_IN = Notice.Priority.SIGN_IN
STOPPED = "This address was refused three times; nothing is sent to it until somebody lets it go on."


def refusal(words: bytes = b"5.1.1 no such user", code: int = 550) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"ana@example.org": (code, words)})


@pytest.fixture
def refuse(write, server, at):
    """Have messages to an address refused, one after another."""

    def refuse(number: int, answer: smtplib.SMTPException | None = None, **message) -> None:
        for _ in range(number):
            server.answers = [answer or refusal()]
            write("offered", **message)
            deliver(at)

    return refuse


def test_refusals_are_counted_with_the_words_of_the_server(refuse, ana, at):
    refuse(2, member=ana, address="Ana@example.org")
    entry = RefusedAddress.objects.get()
    assert (entry.address, entry.member, entry.refusals) == ("ana@example.org", ana, 2)
    assert (entry.problem, entry.last_at) == ("550 5.1.1 no such user", at)
    assert (entry.stopped_at, entry.told) == (None, False)


def test_third_refusal_stops_the_address(refuse, write, at):
    refuse(3)
    notice = write("offered")
    assert deliver(at + MINUTE) == {"suppressed": 1}
    notice.refresh_from_db()
    assert notice.problem == STOPPED
    [entry] = RefusedAddress.objects.to_tell()
    assert (entry.refusals, entry.stopped_at) == (3, at)


def test_address_that_is_stopped_in_a_batch_gets_nothing_more_of_it(write, server, at):
    server.answers = [refusal() for _ in range(3)]
    [write("offered") for _ in range(5)]
    assert deliver(at) == {"failed": 3, "suppressed": 2}


def test_others_go_on(refuse, write, at):
    refuse(3)
    write("offered", address="bo@example.org")
    assert deliver(at) == {"sent": 1}


def test_mail_that_is_taken_forgets_the_refusals(refuse, write, at):
    refuse(2)
    write("offered", address="ANA@example.org")
    assert deliver(at) == {"sent": 1}
    assert not RefusedAddress.objects.exists()


def test_mail_that_is_taken_forgets_what_was_refused_in_its_own_batch(write, server, at):
    server.answers = [refusal(), None]
    [write("offered") for _ in range(2)]
    assert deliver(at) == {"failed": 1, "sent": 1}
    assert not RefusedAddress.objects.exists()


def test_code_to_sign_in_is_still_tried_and_opens_the_address_again(refuse, write, at):
    refuse(3)
    write("account/email/login_code", priority=SIGN_IN)
    write("offered")
    assert deliver(at) == {"sent": 2}
    assert not RefusedAddress.objects.exists()


def test_refused_code_leaves_the_moment_of_the_stop(refuse, at):
    refuse(3)
    RefusedAddress.objects.update(told=True, stopped_at=at - MINUTE)
    refuse(1, priority=SIGN_IN)
    entry = RefusedAddress.objects.get()
    assert (entry.refusals, entry.stopped_at, entry.told) == (4, at - MINUTE, True)


def test_who_changes_her_address_starts_anew(refuse, write, ana, at):
    refuse(3, member=ana)
    write("offered", member=ana, address="ana.quispe@example.org")
    assert deliver(at) == {"sent": 1}


@pytest.mark.parametrize("answer", [refusal(b"4.2.2 mailbox full", 452), refusal(b"later", 450)])
def test_what_is_refused_for_now_is_tried_again_and_not_counted(write, server, at, answer):
    server.answers = [answer]
    write("offered")
    assert deliver(at) == {"retry": 1}
    assert not RefusedAddress.objects.exists()
    assert deliver(at + MINUTE) == {"sent": 1}


@pytest.mark.parametrize(
    "answer", [refusal(b"5.7.1 your server is on a list", 554), smtplib.SMTPDataError(554, b"5.6.0 we do not like it")]
)
def test_what_is_no_fault_of_the_address_fails_and_is_not_counted(write, server, at, answer):
    server.answers = [answer]
    write("offered")
    assert deliver(at) == {"failed": 1}
    assert not RefusedAddress.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana@example.org, bo@example.org",
     "ana@example.org\nBcc: bo@example.org", "Ana <ana@example.org>", "añá@example.org", "ana@-.example.org"],
)  # fmt: skip
def test_address_that_cannot_be_used_fails_at_once_and_counts(write, at, address):
    write("offered", address=address)
    assert deliver(at) == {"failed": 1}
    assert deliver(at + timedelta(days=1)) == {}
    assert RefusedAddress.objects.get().refusals == 1
    assert mail.outbox == []


@pytest.mark.parametrize("address", ["ana@example.org", "o'brien+sske@sub.example.com", "ana@münchen.example"])
def test_address_that_can_be_used_is_no_matter_of_ours(address):
    refusals.check_usable(address)


def test_server_that_does_not_take_such_letters_is_not_asked_for_ever(write, server, at):
    server.answers = [smtplib.SMTPNotSupportedError("SMTPUTF8 not supported by server")]
    write("offered")
    assert deliver(at) == {"failed": 1}
    assert RefusedAddress.objects.get().problem == "SMTPNotSupportedError: SMTPUTF8 not supported by server"


def test_somebody_of_the_team_lets_an_address_go_on(refuse, write, bo, at):
    refuse(3)
    addresses.let_go_on(refused=RefusedAddress.objects.get(), by=bo, at=at)
    write("offered")
    assert deliver(at) == {"sent": 1}
    entry = Entry.objects.get(verb="refused_address.let_go_on")
    assert (entry.actor_id, entry.detail) == (bo.pk, {"refusals": 3})


def test_batch_asks_once_for_its_addresses(write, django_assert_num_queries):
    rows = [write("offered", address=f"n{number}@example.org") for number in range(20)]
    with django_assert_num_queries(1):
        book = refusals.Book(rows)
    with django_assert_num_queries(0):
        assert [book.stops(row) for row in rows] == [False] * 20
        book.write_taken(rows[0])


def counts(row: Notice, at: datetime):
    return lambda: refusals.Book([]).write_refused(row, "550 no", at=at)


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_each_refusal(write, at):
    row = write("offered")
    meet(counts(row, at), counts(row, at))
    assert RefusedAddress.objects.get().refusals == 2
