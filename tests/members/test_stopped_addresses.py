"""Coordinators hear once of an address to which nothing is sent any more."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.utils.translation import get_language

from members import emails, stopped_addresses
from members.models import Grant, Member
from notices import outbox, sources
from notices.models import Notice, RefusedAddress
from tests.factories import ApplicationFactory, CircleFactory, GrantFactory, MemberFactory, join

WORDS = "550 5.1.1 <ana@example.org>: user unknown"


def stop(member, *, at, address="", **values) -> RefusedAddress:
    return RefusedAddress.objects.create(
        address=address or member.email, member=member, refusals=3, problem=WORDS, last_at=at,
        **{"stopped_at": at, **values},
    )  # fmt: skip


def told() -> list[Notice]:
    return list(Notice.objects.filter(kind="address_stopped").order_by("id"))


def test_coordinator_of_her_circle_is_told_once(ana, bo, at):
    row = stop(ana, at=at)
    assert [stopped_addresses.tell_due(at + timedelta(seconds=5 * number)) for number in range(3)] == [1, 0, 0]
    row.refresh_from_db()
    [notice] = told()
    assert (notice.recipient, notice.language, row.told) == (bo, "fr", True)


def test_mail_says_who_where_why_and_what_to_do(ana, bo, at):
    Member.objects.filter(pk=bo.pk).update(language="en")
    stop(ana, at=at)
    stopped_addresses.tell_due(at)
    [notice] = told()
    assert notice.subject == "Messages do not reach Ana Quispe"
    for words in ("ana@example.org", WORDS, "WhatsApp", f"/admin/members/member/{ana.pk}/change/"):
        assert words in notice.text
    assert "&lt;ana@example.org&gt;: user unknown" in notice.html


def test_words_for_whatsapp_are_in_her_own_language(ana, bo, at, monkeypatch):
    languages: list[str | None] = []
    monkeypatch.setattr(emails, "_", lambda words: languages.append(get_language()) or words)
    stop(ana, at=at)
    stopped_addresses.tell_due(at)
    assert languages == ["es"]


@pytest.mark.parametrize("change", ["not stopped", "told"])
def test_what_is_not_to_be_told_is_not(ana, bo, at, change):
    stop(ana, at=at, **({"stopped_at": None} if change == "not stopped" else {"told": True}))
    assert stopped_addresses.tell_due(at) == 0


def test_outer_circle_is_told_too_and_others_are_not(ana, bo, cy, at):
    inner = CircleFactory.create(kind="cohort", parent=CircleFactory.create(kind="edition"))
    GrantFactory.create(member=cy, circle=CircleFactory.create())
    eva, fay = MemberFactory.create(), MemberFactory.create()
    GrantFactory.create(member=eva, circle=inner.parent)
    GrantFactory.create(member=fay, circle=inner, right=Grant.Right.FACILITATOR)
    stop(join(MemberFactory.create(), inner), at=at)
    stopped_addresses.tell_due(at)
    assert [notice.recipient for notice in told()] == [eva]


def test_coordinator_is_not_written_to_about_her_own_dead_address(community, bo, at):
    eva = MemberFactory.create()
    GrantFactory.create(member=eva, circle=community.circle)
    stop(join(bo, community.circle), at=at)
    stopped_addresses.tell_due(at)
    assert [notice.recipient for notice in told()] == [eva]


def test_applicant_without_account_is_told_to_those_who_wrote_to_her(community, bo, at):
    outbox.post_once(emails.application_received(ApplicationFactory.create(), token="x"), at=at)
    address = Notice.objects.get().address
    stop(None, at=at, address=address)
    assert stopped_addresses.tell_due(at) == 1
    assert told()[0].recipient == bo and address in told()[0].text


def test_address_of_which_nobody_is_to_hear_does_not_stay_in_the_way(cy, at, caplog):
    row = stop(cy, at=at)
    assert stopped_addresses.tell_due(at) == 0
    row.refresh_from_db()
    assert row.told and "nobody coordinates anything" in caplog.text


def test_hostile_words_of_a_server_stay_words(ana, bo, at):
    row = stop(ana, at=at)
    row.problem = "550 <script>alert(1)</script>\r\nBcc: all@example.org {{ 7|add:7 }}" + "x" * 1_000
    row.save(update_fields=["problem"])
    stopped_addresses.tell_due(at)
    [notice] = told()
    assert "<script>alert" not in notice.html
    assert "<script>alert(1)</script> Bcc: all@example.org {{ 7|add:7 }}" in notice.text
    assert "x" * 301 not in notice.text and "\n" not in notice.subject


def test_delivery_asks_for_them(ana, bo, at):
    stop(ana, at=at)
    assert sources.post_due(at)["members.stopped_addresses"] == 1


def test_killed_run_leaves_it_for_the_next(ana, bo, at, monkeypatch):
    stop(ana, at=at)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "post_many_once", killed)
        with pytest.raises(SystemExit), transaction.atomic():
            stopped_addresses.tell_due(at)
    assert RefusedAddress.objects.get().told is False
    assert stopped_addresses.tell_due(at) == 1


def killed(*_args, **_words):
    raise SystemExit


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_each_address_once(ana, bo, at):
    for number in range(10):
        stop(join(MemberFactory.create(), ana.belongings.get().circle), at=at, address=f"gone{number}@example.org")
    start, posted = Barrier(4), []

    def work() -> None:
        start.wait()
        posted.append(stopped_addresses.tell_due(at))
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(posted), len(told())) == (10, 10)
    assert not RefusedAddress.objects.to_tell().exists()
