"""The run of show on the pages: built by those who run the event, read on the day, printed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import escape

from audit.models import Entry
from events.models import Event, Role, Segment
from members.models import Grant
from tests.factories import (
    GrantFactory,
    MaterialFactory,
    MemberFactory,
    RoleFactory,
    SessionFactory,
    WorkshopFactory,
)
from tests.html_forms import fields_of
from tests.pages.run_of_show import EDIT, LIST, MOVE, REMOVE, address, get, planned, send, titles, words
from tests.world import sign_in

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% now %}",
    "%(title)s %s",
    "\u200f\u0645\u0631\u062d\u0628\u0627 \U0001f469\u200d\U0001f33e",
]

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


# --- Building it ---


def test_list_says_hours_on_the_events_clock_and_on_the_readers(as_bo, workshop):
    planned(workshop, "Welcome", "Talk", minutes=45)
    said = words(get(as_bo, LIST, workshop))
    assert "Hours on the clock of Accra (UTC+0). Yours, Paris, stand below." in said
    assert "13:00 UTC+0 14:00 (UTC+1) Welcome 45 min" in said
    assert "13:45 UTC+0 14:45 (UTC+1) Talk 45 min" in said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(85, "85 of 90 minutes: 5 min left"), (90, "90 of 90 minutes: it fits exactly"),
     (100, "100 of 90 minutes: 10 min too long")],
)  # fmt: skip
def test_list_holds_the_sum_against_the_length(as_bo, workshop, minutes, said):
    planned(workshop, "All", minutes=minutes)
    shown = words(get(as_bo, LIST, workshop))
    assert said in shown
    assert ("after the end" in shown) == (minutes > 90)


def test_form_of_the_page_adds_a_row_with_a_title_and_a_length(as_bo, workshop):
    assert "Nothing is planned yet for these 1 h 30 min." in words(get(as_bo, LIST, workshop))
    for title in ("Welcome", "Talk"):
        data = {**fields_of(get(as_bo, LIST, workshop)), "title_en": title, "minutes": "20", "submission": uuid4()}
        assert as_bo.post(address(LIST, workshop), data).url == address(LIST, workshop) + "#add"
    assert titles(workshop) == ["Welcome", "Talk"]
    row = workshop.segments.earliest("pk")
    assert (row.minutes, row.is_public, row.has_channel, row.lead, row.note) == (20, True, True, None, "")


def test_everything_about_a_row_can_be_said(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(interpretation=["es"])
    role, material = RoleFactory.create(event=workshop), MaterialFactory.create(event=workshop, title="Slides of Fay")
    planned(workshop, "Last")
    said = {"title_en": "Film", "title_fr": "Le film", "minutes": 8, "lead": role.pk, "lead_words": "and all",
            "language": "fr", "note": "Subtitles on", "materials": [material.pk], "to": 0}  # fmt: skip
    assert send(as_bo, LIST, workshop, **said).status_code == 302
    row = Segment.objects.get(event=workshop, position=0)
    assert (row.title_fr, row.lead, row.has_channel, row.is_public) == ("Le film", role, False, False)
    shown = words(get(as_bo, LIST, workshop))
    facts = f"8 min · {role.member.name}, and all · French · Slides of Fay No channel here internal Subtitles on"
    assert facts in shown


def test_title_in_another_floor_language_stands_for_the_english_until_that_is_written(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(floor_language="pt-br")
    send(as_bo, LIST, workshop, title_pt_br="Boas-vindas", minutes=5)
    row = workshop.segments.get()
    assert row.title_en == "Boas-vindas"
    page = {**fields_of(get(as_bo, EDIT, workshop, row)), "title_pt_br": "Abertura"}
    as_bo.post(address(EDIT, workshop, row), page)
    row.refresh_from_db()
    assert (row.title_pt_br, row.title_en) == ("Abertura", "Abertura")
    send(as_bo, EDIT, workshop, row, title_pt_br="Abertura", title_en="Opening", minutes=5)
    send(as_bo, EDIT, workshop, row, title_pt_br="Início", title_en="Opening", minutes=5)
    row.refresh_from_db()
    assert (row.title_pt_br, row.title_en) == ("Início", "Opening")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("title_en", "", "This field is required"), ("title_en", "bell\x07", "control characters"),
     ("title_en", "x" * 121, "at most 120 characters"), ("minutes", "0", "greater than or equal to 1"),
     ("minutes", "1441", "less than or equal to 1440"), ("minutes", "9" * 30, "less than or equal to"),
     ("minutes", "soon", "whole number"), ("lead", "999999", "Select a valid choice"), ("to", "7", "Select a valid"),
     ("language", "xx", "Select a valid choice"), ("note", "x" * 1001, "at most 1000 characters")],
)  # fmt: skip
def test_bad_input_is_a_sentence_and_nothing_typed_is_lost(as_bo, workshop, field, value, said):
    planned(workshop, "A")
    data = {"title_en": "Kept title", "minutes": "17", "lead_words": "Kept words", "note": "Kept note", field: value}
    answer = send(as_bo, LIST, workshop, **data)
    assert (answer.status_code, titles(workshop)) == (422, ["A"])
    assert said in words(answer)
    kept = fields_of(answer)
    assert [kept[name] for name in ("lead_words", "note") if name != field] == [
        [data[name]] for name in ("lead_words", "note") if name != field
    ]


def test_lead_and_material_of_another_event_are_not_on_offer(as_bo, workshop):
    MaterialFactory.create(event=workshop)
    role, material = RoleFactory.create(), MaterialFactory.create()
    for foreign in ({"lead": role.pk}, {"materials": [material.pk]}):
        answer = send(as_bo, LIST, workshop, title_en="A", minutes=5, **foreign)
        assert (answer.status_code, titles(workshop)) == (422, [])
        assert role.member.name not in answer.content.decode()


def test_double_click_adds_once_and_another_row_with_the_old_key_is_not_lost(as_bo, workshop):
    key = uuid4()
    for _ in range(2):
        assert send(as_bo, LIST, workshop, title_en="A", minutes=5, submission=key).status_code == 302
    again = send(as_bo, LIST, workshop, title_en="B", minutes=5, submission=key)
    assert (again.status_code, titles(workshop)) == (422, ["A"])
    assert "press again" in words(again)
    assert fields_of(again)["title_en"] == ["B"]


def test_arrows_move_a_row_without_script(as_bo, workshop):
    a, b, c = planned(workshop, *"ABC")
    answer = send(as_bo, MOVE, workshop, do=f"up-{c.pk}")
    assert answer.url == f"{address(LIST, workshop)}#segment-{c.pk}"
    assert titles(workshop) == ["A", "C", "B"]
    send(as_bo, MOVE, workshop, do=f"down-{a.pk}")
    assert titles(workshop) == ["C", "A", "B"]
    text = get(as_bo, LIST, workshop).content.decode()
    assert f'value="up-{c.pk}"' not in text and f'value="down-{b.pk}"' not in text


def test_double_click_on_an_arrow_moves_once_and_another_arrow_of_an_old_page_is_refused(as_bo, workshop):
    rows, key = planned(workshop, *"ABCD"), uuid4()
    for _ in range(2):
        send(as_bo, MOVE, workshop, do=f"up-{rows[3].pk}", submission=key)
    assert titles(workshop) == ["A", "B", "D", "C"]
    answer = send(as_bo, MOVE, workshop, do=f"up-{rows[1].pk}", submission=key)
    assert (answer.status_code, titles(workshop)) == (422, ["A", "B", "D", "C"])


@pytest.mark.parametrize("do", ["", "up", "left-1", "up-0", "up-1' OR 1=1", "up-" + "9" * 30])
def test_arrow_that_is_none_is_a_sentence(as_bo, workshop, do):
    planned(workshop, *"AB")
    answer = send(as_bo, MOVE, workshop, do=do)
    assert (answer.status_code, titles(workshop)) == (422, ["A", "B"])
    assert "nothing was changed" in words(answer)


def test_row_is_changed_moved_and_removed_on_its_own_page(as_bo, workshop):
    row, _other = planned(workshop, *"AB")
    page = get(as_bo, EDIT, workshop, row)
    data = {**fields_of(page), "title_en": "Better", "minutes": "33"}
    assert as_bo.post(address(EDIT, workshop, row), data).url == f"{address(LIST, workshop)}#segment-{row.pk}"
    assert titles(workshop) == ["Better", "B"]
    send(as_bo, EDIT, workshop, row, title_en="Better", minutes="33", to="1")
    assert titles(workshop) == ["B", "Better"]
    key = uuid4()
    for _ in range(2):
        assert send(as_bo, REMOVE, workshop, row, submission=key).status_code == 302
    assert titles(workshop) == ["B"]
    assert [send(as_bo, REMOVE, workshop, row).status_code, get(as_bo, EDIT, workshop, row).status_code] == [404, 404]


def test_older_page_of_a_row_asks_before_it_writes_over_somebody_elses_words(as_bo, workshop):
    [row] = planned(workshop, "A")
    mine, hers = fields_of(get(as_bo, EDIT, workshop, row)), fields_of(get(as_bo, EDIT, workshop, row))
    assert as_bo.post(address(EDIT, workshop, row), {**hers, "note": "Hers", "submission": uuid4()}).status_code == 302
    refused = as_bo.post(address(EDIT, workshop, row), {**mine, "note": "Mine", "submission": uuid4()})
    assert (refused.status_code, Segment.objects.get().note) == (422, "Hers")
    assert "Somebody changed this row meanwhile" in words(refused)
    again = {**fields_of(refused), "submission": uuid4()}
    assert as_bo.post(address(EDIT, workshop, row), again).status_code == 302
    assert Segment.objects.get().note == "Mine"


def test_row_of_another_event_has_no_address_here(as_bo, workshop):
    [row] = planned(WorkshopFactory.create().event_ptr, "Elsewhere")
    planned(workshop, "Here")
    assert get(as_bo, EDIT, workshop, row).status_code == 404
    assert send(as_bo, REMOVE, workshop, row).status_code == 404
    assert send(as_bo, MOVE, workshop, do=f"up-{row.pk}").status_code == 404
    assert Segment.objects.filter(pk=row.pk).exists()


def test_lead_who_declined_meanwhile_is_named_as_such_and_stays_in_the_form(as_bo, workshop):
    role = RoleFactory.create(event=workshop, member=MemberFactory.create(name="Dee"))
    [row] = planned(workshop, "A", lead=role)
    Role.objects.update(state=Role.State.DECLINED)
    assert "Dee (declined)" in words(get(as_bo, LIST, workshop))
    assert fields_of(get(as_bo, EDIT, workshop, row))["lead"] == [str(role.pk)]


# --- Copied ---


@pytest.fixture
def source(workshop) -> Event:
    event = WorkshopFactory.create(title="Spring workshop").event_ptr
    planned(event, "Welcome", "Talk")
    return event


def test_copying_offers_the_events_that_the_reader_runs_the_latest_first(as_bo, workshop, source):
    later = WorkshopFactory.create(title="Later", wall_date=date(2026, 12, 9)).event_ptr
    planned(later, "A")
    planned(SessionFactory.create().event_ptr, "Of another house")
    WorkshopFactory.create(title="Without rows")
    form = get(as_bo, LIST, workshop).context["copy_form"]
    assert [value for value, _label in form.fields["source"].choices] == ["", later.pk, source.pk]
    assert send(as_bo, "segment_copy", workshop, source=source.pk).status_code == 302
    assert titles(workshop) == ["Welcome", "Talk"]


def test_copying_over_rows_is_refused_then_asked_then_done(as_bo, workshop, source):
    planned(workshop, "Mine")
    refused = send(as_bo, "segment_copy", workshop, source=source.pk)
    assert (refused.status_code, titles(workshop)) == (422, ["Mine"])
    assert "Tick “Replace”" in words(refused)
    asked = send(as_bo, "segment_copy", workshop, source=source.pk, replace="on")
    assert (asked.status_code, titles(workshop)) == (200, ["Mine"])
    assert "1 row of this event goes for good" in words(asked)
    assert "2 rows of “Spring workshop” take their place" in words(asked)
    done = as_bo.post(address("segment_copy", workshop), {**fields_of(asked), "sure": "1"}, follow=True)
    assert titles(workshop) == ["Welcome", "Talk"]
    assert "Copied: 2 rows." in words(done)


@pytest.mark.parametrize("which", ["", "0", "x", "999999", "{foreign}"])
def test_copying_from_what_is_not_on_offer_is_a_sentence(as_bo, workshop, source, which):
    foreign = SessionFactory.create()
    planned(foreign.event_ptr, "Secret")
    answer = send(as_bo, "segment_copy", workshop, source=which.format(foreign=foreign.pk))
    assert (answer.status_code, titles(workshop)) == (422, [])
    assert "Copy from" in words(answer) and "Secret" not in words(answer)


# --- On the day ---


def live(browser, event, query="") -> str:
    return words(browser.get(address("segment_live", event) + query))


def test_live_page_says_what_is_on_and_what_comes_on_the_readers_clock(as_bo, workshop, clock):
    planned(workshop, "Welcome", "Talk", "Break", "Goodbye")
    clock.move_to(workshop.starts_at + timedelta(minutes=21, seconds=30))
    said = live(as_bo, workshop)
    assert "Now Talk 9 min left 43 % 14:15–14:30 (Paris, UTC+1) Next 14:30 UTC+1 15 min Break" in said
    assert "After that 14:45 UTC+1 15 min Goodbye What is over 1 14:00 UTC+1 15 min Welcome" in said
    assert "As of 14:21 (Paris, UTC+1)." in said


def test_live_page_before_the_start_after_the_end_and_without_rows(as_bo, workshop, clock):
    assert "Nobody has written a run of show" in live(as_bo, workshop)
    planned(workshop, "Welcome")
    clock.move_to(workshop.starts_at - timedelta(minutes=65))
    assert "Not begun yet Starts in 1 h 5 min" in live(as_bo, workshop)
    assert "First 14:00 UTC+1" in live(as_bo, workshop)
    clock.move_to(workshop.starts_at + timedelta(minutes=15))
    assert "All rows are over" in live(as_bo, workshop)


def test_live_page_renews_itself_until_it_is_told_to_stand_still(as_bo, workshop):
    planned(workshop, "Welcome")
    text = as_bo.get(address("segment_live", workshop)).content.decode()
    assert text.count('http-equiv="refresh" content="60"') == 1
    still = as_bo.get(address("segment_live", workshop) + "?still=1").content.decode()
    assert "http-equiv" not in still and "Renew it every minute" in still


def test_live_page_marks_ones_own_rows(english, workshop):
    role = RoleFactory.create(event=workshop, member=english, kind=Role.Kind.CO_FACILITATOR)
    planned(workshop, "Mine", lead=role)
    planned(workshop, "Hers", lead=RoleFactory.create(event=workshop))
    answer = sign_in(english, second_factor=False).get(address("segment_live", workshop))
    rows = [answer.context["live"].following, *answer.context["live"].later]
    assert [(row.segment.title, row.is_own) for row in rows] == [("Mine", True), ("Hers", False)]
    assert words(answer).count("your part") == 1


def test_pages_of_sixty_long_rows_stay_light(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(interpretation=["es"])
    role = RoleFactory.create(event=workshop)
    planned(workshop, *(f"Row number {number} with a title of usual length" for number in range(60)),
            lead=role, has_channel=False, is_public=False, minutes=2)  # fmt: skip
    sizes = {name: len(get(as_bo, name, workshop).content) for name in (LIST, "segment_live", "segment_print")}
    assert {name for name, size in sizes.items() if size > (30_000 if name == "segment_live" else 60_000)} == set(), (
        sizes
    )


def test_sheet_holds_what_the_team_needs_on_paper(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(interpretation=["es", "fr"], urgent_contact="Kofi +233 20")
    role = RoleFactory.create(
        event=workshop, member=MemberFactory.create(name="Iris"), kind="interpreter", channel="es"
    )
    planned(workshop, "Film", has_channel=False, note="Plan B: telephone", is_public=False)
    planned(workshop, "Talk", lead=role)
    said = words(get(as_bo, "segment_print", workshop))
    for expected in (
        "Wednesday, 2 December 2026, 13:00 (Accra, UTC+0) · 1 h 30 min", "08:00 Peru (UTC−5) · 13:00 Ghana (UTC+0)",
        "Channel Spanish Iris", "Channel French nobody yet", "Help on the day Kofi +233 20",
        "13:00 UTC+0 15 min Film [internal] Plan B: telephone", "No channel here",
        "13:15 UTC+0 15 min Talk Iris interpreted", "30 of 90 minutes: 1 h left",
    ):  # fmt: skip
        assert expected in said, expected


# --- Who may do what ---

PAGES = [LIST, "segment_live", "segment_print"]


def statuses(browser, event, segment) -> dict[str, int]:
    found = {name: get(browser, name, event).status_code for name in PAGES}
    found[EDIT] = get(browser, EDIT, event, segment).status_code
    found["add"] = send(browser, LIST, event, title_en="New", minutes=5).status_code
    found["change"] = send(browser, EDIT, event, segment, title_en="Changed", minutes=5).status_code
    found["move"] = send(browser, MOVE, event, do=f"down-{segment.pk}").status_code
    found["remove"] = send(browser, REMOVE, event, segment).status_code
    return found


ALL = [*PAGES, EDIT, "add", "change", "move", "remove"]
READ = {**dict.fromkeys(ALL, 403), "segment_live": 200, "segment_print": 200}
RUN = {**dict.fromkeys(ALL, 302), **dict.fromkeys([*PAGES, EDIT], 200)}


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        ("facilitator", "accepted", RUN),
        ("facilitator", "invited", dict.fromkeys(ALL, 403)),
        ("co_facilitator", "accepted", READ),
        ("interpreter", "accepted", dict.fromkeys(ALL, 403)),
        ("speaker", "accepted", dict.fromkeys(ALL, 403)),
        ("", "", dict.fromkeys(ALL, 403)),
    ],
)
def test_who_has_which_role_does_that_and_no_more(ana, workshop, kind, state, expected):
    """Ana is of the audience in any case, so what is not hers is refused rather than unknown."""
    row, _other = planned(workshop, *"AB")
    if kind:
        RoleFactory.create(event=workshop, member=ana, kind=kind, state=state)
    assert statuses(sign_in(ana, second_factor=False), workshop, row) == expected


def test_facilitator_of_one_event_runs_that_event_only(cy, workshop):
    """By her role, without any right in the house: the other event does not exist for her."""
    other = WorkshopFactory.create().event_ptr
    RoleFactory.create(event=workshop, member=cy)
    [row], [foreign] = planned(workshop, "A"), planned(other, "B")
    browser = sign_in(cy, second_factor=False)
    assert statuses(browser, other, foreign) == dict.fromkeys(ALL, 404)
    assert statuses(browser, workshop, row) == RUN
    assert send(browser, "segment_copy", workshop, source=other.pk, replace="on").status_code == 422


def test_stranger_finds_nothing_and_visitors_are_asked_to_sign_in(cy, workshop, client):
    [row] = planned(workshop, "A")
    assert statuses(sign_in(cy), workshop, row) == dict.fromkeys(ALL, 404)
    assert statuses(client, workshop, row) == dict.fromkeys(ALL, 302)
    assert (titles(workshop), Entry.objects.count()) == (["A"], 0)


def test_facilitator_of_another_house_finds_nothing(workshop):
    fay = GrantFactory.create(right=Grant.Right.FACILITATOR).member
    [row] = planned(workshop, "A")
    assert statuses(sign_in(fay), workshop, row) == dict.fromkeys(ALL, 404)


def test_tabs_are_those_that_open(english, as_bo, workshop):
    RoleFactory.create(event=workshop, member=english, kind=Role.Kind.CO_FACILITATOR)
    helper = get(sign_in(english, second_factor=False), "segment_live", workshop)
    opened = [tab.name for tab in helper.context["tabs"]]
    assert "segment_live" in opened and LIST not in opened
    assert "Change the run of show" not in words(helper)
    assert {LIST, "segment_live"} <= {tab.name for tab in get(as_bo, LIST, workshop).context["tabs"]}


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_words_are_shown_as_typed(as_bo, english, workshop, title):
    said = {"title_en": title, "minutes": 5, "lead_words": title, "note": title, "is_public": "on"}
    assert send(as_bo, LIST, workshop, **said).status_code == 302
    [row] = workshop.segments.all()
    planned(workshop, "Other")
    pages = [get(as_bo, name, workshop) for name in PAGES]
    pages += [get(as_bo, EDIT, workshop, row), sign_in(english).get(reverse("workshop_page", args=[workshop.slug]))]
    for page in pages:
        text = page.content.decode()
        assert (page.status_code, escape(title) in text) == (200, True)
        assert title not in text or "<" not in title


# --- What it costs ---


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [(LIST, 12), ("segment_live", 8), ("segment_print", 10), (EDIT, 11)])
def test_pages_cost_the_same_for_one_and_three(as_bo, workshop, source, rows, name, queries, django_assert_num_queries):
    for number in range(rows):
        role = RoleFactory.create(event=workshop)
        [row] = planned(workshop, f"Row {number}", lead=role)
        row.materials.add(MaterialFactory.create(event=workshop))
    segment = row if name == EDIT else None
    get(as_bo, name, workshop, segment)
    with django_assert_num_queries(queries):
        get(as_bo, name, workshop, segment)
