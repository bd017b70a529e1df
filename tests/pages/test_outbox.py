"""The outbox: who sees which messages, how they are found, and how many of them are cancelled or sent again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.html import escape

from events.telling import label
from members import outbox
from members.models import CircleMember
from notices import heartbeats, kinds
from notices.models import Heartbeat, Notice, RefusedAddress
from tests.factories import CircleFactory, GrantFactory, MemberFactory, RegistrationFactory, join
from tests.html_forms import fields_of
from tests.notices.messages import notice
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z
HOSTILE = '<script>alert("x")</script>&amp; {{ 7 }}'


@pytest.fixture
def circle(community):
    return community.circle


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def elsewhere(db):
    """A circle that Bo does not coordinate."""
    return CircleFactory.create(kind="edition", name="SSKE 2026–27")


def page(browser, query=""):
    return browser.get(reverse("outbox_list") + query)


def shown(answer):
    return [line.notice for line in answer.context["lines"]]


def press(browser, do, chosen, query="", **more):
    data = {"submission": uuid4(), "do": do, "chosen": [row.pk for row in chosen], **more}
    return browser.post(reverse("outbox_list") + query, data)


def sure(browser, question, query=""):
    """Press the button of the page that asks."""
    return browser.post(reverse("outbox_list") + query, {**fields_of(question), "sure": "1"})


def said(browser):
    return [str(message) for message in page(browser).context["messages"]]


def states(*rows):
    return [Notice.objects.get(pk=row.pk).state for row in rows]


# --- Who sees which ---


def test_coordinator_sees_what_is_sent_in_her_circles_business(bo, circle, elsewhere, cy, at):
    mine = [notice(circle=circle), notice(to=cy, circle=circle)]
    notice(to=cy, circle=elsewhere)
    assert list(outbox.visible_notices(bo, at=at).order_by("pk")) == mine


def test_inner_circles_are_hers_too(bo, circle, at):
    inner = CircleFactory.create(kind="cohort", name="Inner", parent=circle)
    row = notice(circle=inner)
    assert outbox.visible_notices(bo, at=at).get() == row


def test_what_names_no_circle_is_seen_of_her_people_and_never_read(ana, bo, cy, at):
    row = notice(to=ana, sensitive=True)
    notice(to=cy)
    assert outbox.visible_notices(bo, at=at).get() == row
    assert not outbox.readable_notices(bo, at=at).exists()


def test_another_circles_message_to_one_of_her_people_is_not_hers(ana, bo, elsewhere, at):
    notice(to=ana, circle=elsewhere)
    assert not outbox.visible_notices(bo, at=at).exists()


def test_who_left_the_circle_is_nobody_of_hers(ana, bo, circle, at):
    notice(to=ana)
    assert outbox.visible_notices(bo, at=at).exists()
    CircleMember.objects.filter(member=ana).update(left_at=at)
    assert not outbox.visible_notices(bo, at=at).exists()


def test_superuser_sees_all_and_reads_all_but_sign_in_mails(circle, elsewhere, cy, at):
    root = MemberFactory.create(is_superuser=True)
    rows = [notice(circle=circle), notice(to=cy), notice(circle=elsewhere), notice(to=cy, sensitive=True)]
    assert list(outbox.visible_notices(root, at=at).order_by("pk")) == rows
    assert list(outbox.readable_notices(root, at=at).order_by("pk")) == rows[:3]


def test_facilitator_has_no_outbox(circle):
    fay = GrantFactory.create(circle=circle, right="facilitator").member
    assert page(sign_in(fay)).status_code == 403


def test_second_factor_is_asked_for(bo):
    assert page(sign_in(bo, second_factor=False)).url.startswith(reverse("mfa_activate_totp"))


# --- Finding ---


def test_messages_are_told_apart_by_how_they_stand(as_bo, circle):
    for state in ("queued", "sending", "retry", "sent", "failed", "suppressed", "cancelled", "missed"):
        notice(state, circle=circle)
    assert page(as_bo).context["counts"] == {"failed": 1, "waiting": 3, "sent": 1, "dropped": 3}
    for group, found in (("waiting", 3), ("sent", 1), ("failed", 1), ("dropped", 3)):
        assert len(shown(page(as_bo, f"?show={group}"))) == found


def test_servers_words_and_the_portals_reasons_are_shown(as_bo, circle):
    notice("failed", circle=circle, problem="550 5.1.1 no such user")
    notice("cancelled", circle=circle, problem="The team took it back.")
    text = page(as_bo).content.decode()
    assert "550 5.1.1 no such user" in text and "The team took it back." in text


def test_what_waits_stands_in_the_order_in_which_it_leaves(as_bo, circle, at):
    last = notice("retry", circle=circle, next_attempt_at=at + timedelta(hours=2))
    first = notice(circle=circle, next_attempt_at=at + timedelta(hours=1))
    assert shown(page(as_bo, "?show=waiting")) == [first, last]


@pytest.mark.parametrize("query", ["who=QUISPÉ", "who=ana@", "kind=offered", "language=es", "since=2026-11-22"])
def test_each_filter_narrows(as_bo, ana, circle, at, query):
    one = notice(to=ana, circle=circle, kind="offered", next_attempt_at=at + timedelta(days=1))
    other = notice(circle=circle)
    assert shown(page(as_bo)) == [other, one]
    assert shown(page(as_bo, f"?{query}")) == [one]


def test_period_is_of_days_on_the_readers_own_clock(as_bo, circle, at):
    """Bo lives in Paris: her Saturday ended at 23:00Z."""
    late = notice("sent", circle=circle, finished_at=at.replace(hour=22, minute=59))
    notice("sent", circle=circle, finished_at=at.replace(hour=23))
    assert shown(page(as_bo, "?since=2026-11-21&until=2026-11-21")) == [late]


def test_messages_of_one_event_are_found_and_named(as_bo, workshop, circle):
    row = notice(circle=circle, about=[label(workshop.pk), f"members.circle:{circle.pk}"])
    notice(circle=circle)
    answer = page(as_bo, f"?event={workshop.pk}")
    assert shown(answer) == [row]
    assert [line.event for line in answer.context["lines"]] == [workshop]


def test_kinds_that_the_team_calls_the_same_are_one_choice(as_bo, ana):
    for kind in ("account/email/password_reset", "account/email/password_reset_code"):
        notice(to=ana, kind=kind, sensitive=True)
    kinds = dict(page(as_bo).context["form"].fields["kind"].choices)
    [value] = [value for value, words in kinds.items() if words == "new password"]
    assert len(shown(page(as_bo, f"?kind={value}"))) == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "Enter a valid date."),
        ("since=2026-12-02&until=2026-12-01", "The period ends before it begins."),
        ("since=0001-01-01", "Please give a day of these years."),
        ("until=9999-12-31", "Please give a day of these years."),
        ("kind=nonsense", "Select a valid choice."),
        ("event=99999999999999999999", "Select a valid choice."),
        ("language=xx", "Select a valid choice."),
    ],
)
def test_nonsense_is_a_sentence_and_what_was_typed_stays(as_bo, query, words):
    answer = page(as_bo, f"?who=Ana&{query}")
    assert (answer.status_code, answer.context["form"]["who"].value()) == (422, "Ana")
    assert words in answer.content.decode()


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE x", HOSTILE, "日本"])
def test_odd_names_find_nobody_and_break_nothing(as_bo, ana, text):
    notice(to=ana)
    answer = as_bo.get(reverse("outbox_list"), {"who": text})
    assert (answer.status_code, shown(answer)) == (200, [])


def test_hostile_words_are_shown_as_typed(as_bo, ana, circle):
    ana.name = HOSTILE
    ana.save(update_fields=["name"])
    row = notice("failed", to=ana, circle=circle, problem=HOSTILE, subject=HOSTILE, text=HOSTILE)
    for text in (page(as_bo).content.decode(), as_bo.get(reverse("outbox_notice", args=[row.pk])).content.decode()):
        assert escape(HOSTILE) in text and HOSTILE not in text


# --- What is planned, and whether anything runs ---


def test_reminders_ahead_are_counted_by_event_and_kind(as_bo, workshop, ana, clock):
    clock.move_to(workshop.starts_at - timedelta(days=8))
    for member in (ana, join(MemberFactory.create(zone="Europe/Paris"), workshop.home)):
        RegistrationFactory.create(event=workshop, member=member)
    ahead = page(as_bo, "?show=planned").context["planned"]
    assert [(one.event, one.kind, one.people, one.local) for one in ahead] == [
        (workshop, kinds.get("reminder_7d").label, 2, "Wednesday, 25 November 2026, 09:00 on each person’s own clock"),
        (workshop, kinds.get("reminder_24h").label, 2, ""),
        (workshop, kinds.get("reminder_1h").label, 2, ""),
    ]
    assert [one.first for one in ahead[1:]] == [one.last for one in ahead[1:]]
    assert not Notice.objects.exists()


def test_what_is_planned_for_others_is_not_shown(workshop, elsewhere, clock):
    clock.move_to(workshop.starts_at - timedelta(days=2))
    RegistrationFactory.create(event=workshop)
    els = GrantFactory.create(circle=elsewhere).member
    assert page(sign_in(els), "?show=planned").context["planned"] == []


@pytest.mark.parametrize(("query", "found"), [("&kind=reminder_24h", 1), ("&since=2026-12-02", 1), ("&who=ana", 0)])
def test_what_is_planned_is_narrowed_as_far_as_it_can_be(as_bo, workshop, clock, query, found):
    clock.move_to(workshop.starts_at - timedelta(days=2))
    RegistrationFactory.create(event=workshop)
    assert len(page(as_bo, "?show=planned").context["planned"]) == 2
    assert len(page(as_bo, f"?show=planned{query}").context["planned"]) == found


@pytest.mark.parametrize(
    ("seconds", "words", "is_silent"),
    [
        (0, "Last reminder run: 0 seconds ago", False),
        (1, "Last reminder run: 1 second ago", False),
        (40, "Last reminder run: 40 seconds ago", False),
        (300, "Last reminder run: 5\xa0minutes ago", False),
        (301, "Last reminder run: 5\xa0minutes ago", True),
    ],
)
def test_head_tells_when_reminders_last_ran(as_bo, at, seconds, words, is_silent):
    Heartbeat.objects.create(name=heartbeats.REMINDERS, at=at - timedelta(seconds=seconds))
    first, second = page(as_bo).context["pulses"]
    assert (first.words, first.is_silent) == (words, is_silent)
    assert (second.words, second.is_silent) == ("No delivery has come to its end yet.", True)


# --- Several at once ---


def test_several_are_cancelled_after_a_question_that_names_the_number(as_bo, circle):
    rows, sent = [notice(circle=circle) for _ in range(3)], notice("sent", circle=circle)
    question = press(as_bo, "cancel", [*rows, sent])
    text = question.content.decode()
    assert "Cancel 3 messages?" in text and "1 more that you chose does not fit" in text
    assert states(*rows) == ["queued"] * 3
    assert sure(as_bo, question).status_code == 302
    assert states(*rows, sent) == ["cancelled"] * 3 + ["sent"]
    assert said(as_bo) == ["3 messages cancelled."]


def test_what_left_while_somebody_thought_is_counted(as_bo, circle):
    rows = [notice(circle=circle) for _ in range(43)]
    question = press(as_bo, "cancel", rows)
    Notice.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(state="sent")
    sure(as_bo, question)
    assert said(as_bo) == [
        "41 messages cancelled.",
        "2 had left already or do not fit any more, and stay as they are.",
    ]


def test_everything_that_the_search_finds_is_taken_page_or_not(as_bo, ana, circle):
    rows, other = [notice(to=ana, circle=circle) for _ in range(30)], notice(circle=circle)
    query = "?who=ana&show=waiting"
    assert "All 30 messages that this search finds" in page(as_bo, query).content.decode()
    question = press(as_bo, "cancel", [], query, everything="1")
    assert "Cancel 30 messages?" in question.content.decode()
    assert sure(as_bo, question, query).url.endswith(query)
    assert states(*rows, other) == ["cancelled"] * 30 + ["queued"]


def test_double_click_and_reload_do_it_once(as_bo, circle):
    row = notice("sent", circle=circle)
    data = {**fields_of(press(as_bo, "resend", [row])), "sure": "1"}
    for _ in range(2):
        assert as_bo.post(reverse("outbox_list"), data).status_code == 302
    assert Notice.objects.count() == 2
    assert said(as_bo) == ["1 message is on its way again."] * 2


@pytest.mark.parametrize(
    ("do", "chosen", "words"),
    [("", True, "press one of the buttons"), ("explode", True, "press one of"), ("cancel", False, "tick a message")],
)
def test_unclear_form_is_a_sentence_and_ticks_stay(as_bo, circle, do, chosen, words):
    row = notice(circle=circle)
    answer = press(as_bo, do, [row] if chosen else [])
    assert (answer.status_code, states(row)) == (422, ["queued"])
    assert words in answer.content.decode()
    assert fields_of(answer).get("chosen", []) == ([str(row.pk)] if chosen else [])


@pytest.mark.parametrize(("do", "state"), [("cancel", "sent"), ("resend", "queued")])
def test_act_that_fits_none_is_a_sentence(as_bo, circle, do, state):
    answer = press(as_bo, do, [notice(state, circle=circle)])
    assert answer.status_code == 422
    assert "This fits none of the messages you chose" in answer.content.decode()


def test_too_many_at_once_are_refused_whole(as_bo, circle):
    template = notice(circle=circle)
    values = {field.attname: getattr(template, field.attname) for field in Notice._meta.concrete_fields}
    rows = [{**values, "id": None, "key": f"k{n}", "message_id": f"<k{n}>"} for n in range(500)]
    Notice.objects.bulk_create([Notice(**row) for row in rows])
    answer = press(as_bo, "cancel", [], everything="1")
    assert answer.status_code == 422
    assert "more than 500 messages at a time" in answer.content.decode()
    assert not Notice.objects.filter(state="cancelled").exists()


# --- Addresses ---


def test_stopped_address_is_written_to_again(as_bo, ana, at):
    refused = RefusedAddress.objects.create(
        address=ana.email, member=ana, refusals=3, last_at=at, stopped_at=at, problem="550 unknown"
    )
    assert "1 address gets no mail any more" in page(as_bo).content.decode()
    text = as_bo.get(reverse("outbox_address_list")).content.decode()
    assert "ana@example.org" in text and "550 unknown" in text
    as_bo.post(reverse("outbox_address_let_go_on", args=[refused.pk]), {"submission": uuid4()})
    assert not RefusedAddress.objects.exists()


def test_address_that_is_only_refused_offers_no_button(as_bo, ana, at):
    refused = RefusedAddress.objects.create(address=ana.email, member=ana, refusals=1, last_at=at)
    text = as_bo.get(reverse("outbox_address_list")).content.decode()
    assert "Still written to" in text
    assert reverse("outbox_address_let_go_on", args=[refused.pk]) not in text


# --- What it costs ---


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [("", 11), ("?show=planned", 11)])
def test_list_costs_the_same_for_one_and_three(
    as_bo, workshop, circle, clock, rows, query, queries, django_assert_num_queries
):
    clock.move_to(workshop.starts_at - timedelta(days=2))
    for _ in range(rows):
        row = RegistrationFactory.create(event=workshop)
        notice(to=row.member, circle=circle, about=[label(workshop.pk), f"members.circle:{circle.pk}"])
    page(as_bo, query)
    with django_assert_num_queries(queries):
        page(as_bo, query)


def test_a_thousand_cost_what_one_costs(as_bo, circle, django_assert_num_queries):
    template = notice(circle=circle)
    values = {field.attname: getattr(template, field.attname) for field in Notice._meta.concrete_fields}
    rows = [{**values, "id": None, "key": f"k{n}", "message_id": f"<k{n}>"} for n in range(1_000)]
    Notice.objects.bulk_create([Notice(**row) for row in rows])
    page(as_bo)
    with django_assert_num_queries(10):  # no event is named
        answer = page(as_bo)
    assert (len(shown(answer)), answer.context["page"].paginator.count) == (25, 1_001)
    assert len(answer.content) < 60_000


def test_coordinators_messages_are_found_by_index(ana, bo, circle, elsewhere, cy, at):
    """Of five thousand, few are hers: the label is looked up, and what names no circle by its recipient."""
    template = notice(circle=elsewhere, to=cy)
    values = {field.attname: getattr(template, field.attname) for field in Notice._meta.concrete_fields}
    rows = [{**values, "id": None, "key": f"k{n}", "message_id": f"<k{n}>"} for n in range(5_000)]
    Notice.objects.bulk_create([Notice(**row) for row in rows])
    mine = [notice(circle=circle), notice(to=ana)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the plan rests on what is known of every table it reads
    found = outbox.visible_notices(bo, at=at).order_by("-id")
    plan = found.explain()
    assert "Bitmap Index Scan on notice_by_about" in plan and "Index Cond: (recipient_id =" in plan
    assert "Seq Scan on notices_notice" not in plan
    assert list(found) == mine[::-1]
