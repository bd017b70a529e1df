"""A facilitator schedules in the admin: what she sees, what she saves, what she is asked first, what is refused."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from audit.models import Entry
from events.models import Event, Registration, Role
from members.models import Grant
from notices.models import Notice
from programs.models import Audience, Edition, Module, Session
from tests.conftest import NOW
from tests.events.scheduling import Sske, confirm, errors, save, text_of
from tests.factories import CircleFactory, GrantFactory, MemberFactory, RegistrationFactory, RoleFactory, join
from tests.factories.events import GatheringFactory, WorkshopFactory
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z

ADD, LIST = "admin:programs_session_add", "admin:programs_session_changelist"


# --- What she sees ---


@pytest.fixture
def elsewhere(sske: Sske) -> Session:
    """A session of another edition, in which Fay takes part as a member only."""
    circle = CircleFactory.create(kind="edition", name="SSKE 2027–28")
    other = Edition.objects.create(
        programme=sske.edition.programme, slug="sske-2027-28", name="SSKE 2027–28", state="running", circle=circle,
        starts_on=date(2027, 9, 1), ends_on=date(2028, 6, 1), countries=["GH"], zone="Africa/Accra",
    )  # fmt: skip
    session = Session(
        edition=other, number=1, session_audience=Audience.CORE, slug="elsewhere", title="Elsewhere", home=circle,
        state="scheduled", wall_date=date(2027, 9, 1), wall_time=time(14), minutes=60, zone="Africa/Accra",
    )  # fmt: skip
    session.save()
    session.audience.set([circle])
    join(sske.fay, circle)
    return session


def test_list_shows_her_own_sessions_only(sske, as_fay, elsewhere):
    page = text_of(as_fay.get(reverse(LIST)))
    assert "Working with smallholders" in page
    assert "Elsewhere" not in page


def test_role_opens_a_session_for_reading(sske, as_fay, elsewhere):
    RoleFactory.create(event=elsewhere.event_ptr, member=sske.fay, kind=Role.Kind.SPEAKER)
    page = as_fay.get(reverse("admin:programs_session_change", args=[elsewhere.pk]))
    assert page.status_code == 200
    assert "Elsewhere" in text_of(page)
    assert not {"wall_date", "title_en", "seen"} & set(fields_of(page))
    assert as_fay.post(page.request["PATH_INFO"], {"title_en": "Mine"}).status_code == 403


@pytest.mark.parametrize("kind", ["change", "history", "cancel", "delete"])
def test_sessions_of_others_cannot_be_found(as_fay, elsewhere, kind):
    answer = as_fay.get(reverse(f"admin:programs_session_{kind}", args=[elsewhere.pk]))
    assert answer.status_code in (302, 403)
    assert "Elsewhere" not in answer.content.decode()


def test_choices_are_her_own(sske, as_fay, elsewhere):
    Module.objects.create(
        programme=type(sske.edition.programme).objects.create(
            slug="other", short_name="Other", name="Other", summary="x", zone="UTC", wall_time=time(9)
        ),
        position=0,
        name="A module of others",
    )
    form = as_fay.get(reverse(ADD)).context["adminform"].form
    assert list(form.fields["edition"].queryset) == [sske.edition]
    assert [module.name for module in form.fields["module"].queryset] == ["Kick-off"]


def test_edition_of_others_is_refused_when_it_is_sent_anyway(sske, as_fay, elsewhere):
    answer = save(as_fay, reverse(ADD), **NEW, edition=elsewhere.edition.pk)
    assert "edition" in errors(answer)
    assert Session.objects.count() == 2


def test_archived_edition_is_no_choice(sske, as_fay):
    Edition.objects.update(state=Edition.State.ARCHIVED)
    form = as_fay.get(reverse(ADD)).context["adminform"].form
    assert list(form.fields["edition"].queryset) == []


def test_coach_reads_but_neither_adds_nor_changes(sske, as_fay):
    sske.fay.grants.update(right=Grant.Right.COACH)
    assert as_fay.get(reverse(ADD)).status_code == 403
    assert "wall_date" not in fields_of(as_fay.get(sske.page))


# --- Making ---

NEW = {"title_en": "Land tenure", "wall_date": "2027-01-13", "wall_time": "14:00", "minutes": "120"}


def test_new_session_is_proposed_with_what_the_edition_has(sske, as_fay):
    fields = fields_of(as_fay.get(reverse(ADD)))
    wanted = {"edition": [str(sske.edition.pk)], "number": ["5"], "wall_time": ["14:00"], "zone": ["Africa/Accra"]}
    assert {name: fields[name] for name in wanted} == wanted
    assert fields["state"] == ["draft"]


@pytest.mark.parametrize(("whom", "circles"), [("core", ["core"]), ("all", ["core", "wider"])])
def test_session_is_made_for_the_circles_of_its_audience(sske, as_fay, whom, circles):
    answer = save(as_fay, reverse(ADD), **NEW, session_audience=whom, interpretation=["es", "fr"], state="scheduled")
    assert answer.status_code == 302, errors(answer)
    made = Session.objects.get(number=5)
    assert [circle.name for circle in made.audience.order_by("name")] == circles
    assert (made.home, made.countries, made.interpretation) == (sske.edition.circle, ["GH", "PE"], ["es", "fr"])
    assert (made.state, made.starts_at, made.slug) == (
        "scheduled", datetime(2027, 1, 13, 14, tzinfo=UTC), "sske-2026-27-session-5",
    )  # fmt: skip


def test_making_is_audited_without_words(sske, as_fay):
    save(as_fay, reverse(ADD), **NEW, session_audience="core")
    made = Session.objects.get(number=5)
    entries = Entry.objects.filter(subject_id=made.pk).order_by("id")
    assert [entry.verb for entry in entries] == ["event.created", "session.added_in_admin"]
    assert "title_en" in entries[1].detail["fields"]
    assert "Land tenure" not in str([entry.detail for entry in entries])


def test_one_title_in_any_language_is_enough(sske, as_fay):
    answer = save(as_fay, reverse(ADD), **{**NEW, "title_en": "", "title_es": "Tenencia"}, session_audience="core")
    assert answer.status_code == 302, errors(answer)
    made = Session.objects.get(number=5)
    assert (made.title_en, made.title_es, made.title_fr) == ("Tenencia", "Tenencia", None)


def test_workshop_is_made_in_her_gathering(bo, community):
    like = WorkshopFactory.create()
    GatheringFactory.create(slug="foreign", name="Foreign", community__slug="other", community__name="Other",
                            community__circle__name="Other")  # fmt: skip
    page = reverse("admin:workshops_workshop_add")
    browser = sign_in(bo)
    form = browser.get(page).context["adminform"].form
    assert list(form.fields["gathering"].queryset) == [like.gathering]
    answer = save(
        browser, page, title_en="Soil", wall_date="2026-12-02", wall_time="15:00", theme=like.theme.pk,
        purpose="sharing", capacity="30",
    )  # fmt: skip
    assert answer.status_code == 302, errors(answer)
    made = Event.objects.get(title_en="Soil")
    assert (made.home, made.capacity, made.slug, made.countries) == (like.home, 30, "autumn-2026-soil", ["PE", "GH"])
    assert list(made.audience.all()) == [like.home]


# --- Words, local times, moving ---


def test_page_shows_the_local_times_of_the_countries(sske, as_fay):
    page = text_of(as_fay.get(sske.page))
    assert "Ghana 14:00 Thu 10 Dec" in page
    assert "Peru 09:00 Thu 10 Dec" in page


def test_words_are_saved_without_a_question(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    assert save(as_fay, sske.page, title_fr="Petits exploitants").status_code == 302
    assert sske.now().title_fr == "Petits exploitants"
    entry = Entry.objects.get(verb="session.changed_in_admin")
    assert entry.detail == {"fields": ["title_fr"]}


def test_saving_unchanged_changes_and_audits_nothing(sske, as_fay):
    Session.objects.filter(pk=sske.session.pk).update(description_en="One\nTwo")
    before = sske.now().updated_at
    save(as_fay, sske.page, description_en="One\r\nTwo")
    assert sske.now().updated_at == before
    assert not Entry.objects.filter(subject_id=sske.session.pk).exists()


def test_move_asks_first_and_says_how_many_are_told(sske, as_fay):
    RegistrationFactory.create_batch(41, event=sske.session.event_ptr)
    RoleFactory.create(event=sske.session.event_ptr)
    question = save(as_fay, sske.page, wall_date="2026-12-17", wall_time="15:00")
    page = text_of(question)
    assert "42 people will be told" in page
    assert "Ghana Thu 10 Dec 14:00 UTC+0 Thu 17 Dec 15:00 UTC+0" in page
    assert "Peru Thu 10 Dec 09:00 UTC−5 Thu 17 Dec 10:00 UTC−5" in page
    assert (sske.now().wall_date, Notice.objects.count()) == (date(2026, 12, 10), 0)


def test_confirmed_move_is_saved_with_all_that_was_typed(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    question = save(as_fay, sske.page, wall_date="2026-12-17", title_en="Smallholders & “roots”", capacity="50")
    assert confirm(as_fay, question).status_code == 302
    moved = sske.now()
    assert (moved.title_en, moved.capacity, moved.sequence) == ("Smallholders & “roots”", 50, 1)
    assert moved.starts_at == datetime(2026, 12, 17, 14, tzinfo=UTC)
    assert Notice.objects.get().kind == "rescheduled"


def test_back_returns_to_the_form_with_all_that_was_typed(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    question = save(as_fay, sske.page, wall_date="2026-12-17", title_en="New words")
    form = confirm(as_fay, question, "_back")
    fields = fields_of(form)
    assert (fields["wall_date"], fields["title_en"]) == (["2026-12-17"], ["New words"])
    assert sske.now().title_en == "Working with smallholders"
    again = as_fay.post(sske.page, fields)
    assert "1 person will be told" in text_of(again)


def test_move_without_anybody_in_it_needs_no_question(sske, as_fay):
    assert save(as_fay, sske.page, wall_time="16:00").status_code == 302
    assert sske.now().starts_at == datetime(2026, 12, 10, 16, tzinfo=UTC)


def test_repeated_hour_is_taken_with_a_note(sske, as_fay):
    answer = as_fay.post(
        sske.page,
        {**fields_of(as_fay.get(sske.page)), "wall_date": "2027-10-31", "wall_time": "02:30", "zone": "Europe/Paris"},
        follow=True,
    )
    assert "The first time is meant." in text_of(answer)
    assert sske.now().starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_draft_is_announced_by_its_state(sske, as_fay):
    Event.objects.update(state="draft")
    assert save(as_fay, sske.page, state="scheduled").status_code == 302
    assert sske.now().state == "scheduled"
    assert "state" not in fields_of(as_fay.get(sske.page))


def test_draft_changes_its_audience_with_its_circles(sske, as_fay):
    Event.objects.update(state="draft")
    save(as_fay, sske.page, session_audience="all")
    assert set(sske.now().audience.all()) == {sske.core, sske.wider}


def test_more_seats_move_people_up(sske, as_fay):
    event = sske.session.event_ptr
    Event.objects.update(capacity=1)
    RegistrationFactory.create(event=event)
    waiting = RegistrationFactory.create(event=event, state="waitlisted", queue_no=1)
    save(as_fay, sske.page, capacity="2")
    assert Registration.objects.get(pk=waiting.pk).state == "confirmed"


def test_what_has_begun_keeps_its_time_and_seats(sske, clock):
    clock.move_to(sske.session.starts_at)
    fields = fields_of(sign_in(sske.fay).get(sske.page))
    assert "join_url" in fields
    assert not {"wall_date", "wall_time", "zone", "minutes", "capacity", "state"} & set(fields)


# --- Bad input: a sentence beside the field, nothing changed, everything typed kept ---


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"wall_date": "2027-03-28", "wall_time": "02:30", "zone": "Europe/Paris"}, "wall_time", "jump over that time"),
        ({"minutes": "0"}, "minutes", "at least one minute"),
        ({"minutes": "-90"}, "minutes", "at least one minute"),
        ({"minutes": "1441"}, "minutes", "at most 24 hours"),
        ({"wall_date": "2026-11-20"}, "wall_date", "That time is over"),
        ({"wall_date": "2026-02-30"}, "wall_date", "Enter a valid date"),
        ({"wall_date": "0001-01-01"}, "wall_date", "Enter a valid date"),
        ({"wall_date": "9999-12-31"}, "wall_date", "Enter a valid date"),
        ({"wall_date": ""}, "wall_date", "required"),
        ({"capacity": "1"}, "capacity", "2 seats are taken"),
        ({"capacity": "-1"}, "capacity", "greater than or equal to 0"),
        ({"join_url": "javascript:alert(1)"}, "join_url", "Enter a valid URL"),
        ({"title_en": ""}, "title_en", "in at least one language"),
        ({"zone": "Mars/Olympus"}, "zone", "Select a valid choice"),
    ],
)
def test_refusal_stands_beside_its_field_and_changes_nothing(sske, as_fay, changes, field, words):
    RegistrationFactory.create_batch(2, event=sske.session.event_ptr)
    before = Session.objects.filter(pk=sske.session.pk).values().get()
    answer = save(as_fay, sske.page, dial_in="+233 000 code 12", **changes)
    assert words in errors(answer)[field]
    assert escape(errors(answer)[field]) in answer.content.decode()
    assert Session.objects.filter(pk=sske.session.pk).values().get() == before
    assert not Notice.objects.exists() and not Entry.objects.filter(subject_id=sske.session.pk).exists()
    kept = fields_of(answer)
    typed = {"dial_in": "+233 000 code 12", **changes}
    assert {name: kept.get(name, [""])[0] for name in typed if name != "zone"} == {
        name: value for name, value in typed.items() if name != "zone"
    }


def test_number_that_is_taken_is_refused(sske, as_fay):
    assert "already" in errors(save(as_fay, reverse(ADD), **NEW, session_audience="core", number="4"))["number"]


def test_scheduled_in_the_past_is_refused_when_made(sske, as_fay):
    past = {**NEW, "wall_date": "2026-11-01"}
    assert "over" in errors(save(as_fay, reverse(ADD), **past, session_audience="core", state="scheduled"))["wall_date"]
    assert Session.objects.count() == 1


# --- Two people at the same form ---


@pytest.fixture
def as_gil(sske: Sske) -> Client:
    gil = MemberFactory.create(name="Gil Colleague")
    GrantFactory.create(member=gil, circle=sske.edition.circle, right=Grant.Right.COORDINATOR)
    return sign_in(gil)


def test_second_to_save_sees_the_conflict_and_overwrites_nothing(sske, as_fay, as_gil, clock):
    hers = fields_of(as_fay.get(sske.page))
    clock.shift(60)
    save(as_gil, sske.page, title_en="Gil's title", title_fr="Le titre de Gil")
    answer = as_fay.post(sske.page, {**hers, "title_en": "Fay's title", "dial_in": "Fay's number"})
    [sentence] = answer.context["adminform"].form.non_field_errors()
    assert sentence.startswith("Gil Colleague changed this while you were writing: Title (English), Title (French).")
    assert errors(answer)["title_en"] == "Now it says: Gil's title"
    kept = fields_of(answer)
    assert (kept["title_en"], kept["title_fr"], kept["dial_in"]) == (
        ["Fay's title"], ["Le titre de Gil"], ["Fay's number"],
    )  # fmt: skip
    assert (sske.now().title_en, sske.now().dial_in) == ("Gil's title", "")


def test_after_the_conflict_she_saves_knowingly(sske, as_fay, as_gil, clock):
    hers = fields_of(as_fay.get(sske.page))
    clock.shift(60)
    save(as_gil, sske.page, title_fr="Le titre de Gil")
    seen = as_fay.post(sske.page, {**hers, "dial_in": "Fay's number"})
    assert as_fay.post(sske.page, fields_of(seen)).status_code == 302
    assert (sske.now().title_fr, sske.now().dial_in) == ("Le titre de Gil", "Fay's number")


def test_conflict_is_found_on_the_way_back_from_the_question(sske, as_fay, as_gil, clock):
    RegistrationFactory.create(event=sske.session.event_ptr)
    question = save(as_fay, sske.page, wall_date="2026-12-17")
    clock.shift(60)
    save(as_gil, sske.page, title_en="Gil's title")
    assert "Gil Colleague changed" in text_of(confirm(as_fay, question))
    assert (sske.now().wall_date, Notice.objects.count()) == (date(2026, 12, 10), 0)


@pytest.mark.parametrize("sent", [{"seen": "", "opened": ""}, {"seen": "x", "opened": "[1]"}, {"opened": "{"}])
def test_garbled_version_saves_nothing_over(sske, as_fay, as_gil, clock, sent):
    hers = fields_of(as_fay.get(sske.page))
    clock.shift(60)
    save(as_gil, sske.page, title_en="Gil's title")
    answer = as_fay.post(sske.page, {**hers, "title_en": "Fay's title", **sent})
    assert answer.status_code == 200
    assert sske.now().title_en == "Gil's title"


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_wins(sske, as_fay, as_gil):
    forms = [(browser, fields_of(browser.get(sske.page))) for browser in (as_fay, as_gil)]
    start = threading.Barrier(2)

    def press(number: int) -> int:
        browser, fields = forms[number]
        connection.ensure_connection()
        start.wait(30)
        try:
            return browser.post(sske.page, {**fields, "title_en": f"Title {number}"}).status_code
        finally:
            connections.close_all()

    # The versions of a row differ by its clock, which stands still in the other tests.
    with time_machine.travel(NOW, tick=True), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, [0, 1]))
    assert sorted(answers) == [200, 302]
    assert sske.now().title_en == f"Title {answers.index(302)}"


# --- Cancelling ---


def cancel_page(sske: Sske) -> str:
    return reverse("admin:programs_session_cancel", args=[sske.session.pk])


def test_cancellation_shows_whom_it_reaches_before_anything_happens(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    RegistrationFactory.create(event=sske.session.event_ptr, member__email=None)
    page = text_of(as_fay.get(cancel_page(sske)))
    assert "1 person will be told" in page
    assert "1 more has no e-mail address" in page
    assert sske.now().state == "scheduled"


def test_cancellation_wants_a_reason(sske, as_fay):
    answer = as_fay.post(cancel_page(sske), {"reason": "  "})
    assert answer.status_code == 200
    assert sske.now().state == "scheduled"


def test_cancelled_with_a_reason_it_is_told(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    assert as_fay.post(cancel_page(sske), {"reason": "The speaker is ill."}).status_code == 302
    assert sske.now().state == "cancelled"
    assert "The speaker is ill." in Notice.objects.get(kind="event_cancelled").text


def test_cancelling_twice_says_so_and_tells_nobody_again(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    for _ in range(2):
        answer = as_fay.post(cancel_page(sske), {"reason": "The speaker is ill."}, follow=True)
    assert "already cancelled" in text_of(answer)
    assert Notice.objects.count() == 1
    assert cancel_page(sske) not in answer.content.decode()


def test_reader_without_the_right_cannot_cancel(sske, as_fay):
    sske.fay.grants.update(right=Grant.Right.COACH)
    assert as_fay.get(cancel_page(sske)).status_code == 403
    assert as_fay.post(cancel_page(sske), {"reason": "x"}).status_code == 403
    assert sske.now().state == "scheduled"
