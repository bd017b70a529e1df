"""A facilitator settles in the admin how people register: when, by approval or offer, who is in it, what is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from events.models import Answer, Event, Question, Registration
from members.models import Grant
from tests.events.scheduling import Sske, errors, save, text_of
from tests.factories import (
    CircleFactory,
    GrantFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
)
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z

PARIS = {"zone": "Europe/Paris", "wall_date": "2026-12-10", "wall_time": "15:00"}  # the same instant as 14:00 in Accra
ADD = "admin:programs_session_add"


def in_paris(sske: Sske, **fields) -> None:
    Event.objects.filter(pk=sske.session.pk).update(zone="Europe/Paris", wall_time="15:00", **fields)


def ask(sske: Sske, **fields) -> Question:
    return Question.objects.create(event=sske.session.event_ptr, **{"words_en": "What do you grow?", **fields})


def answered(question: Question, value: str) -> None:
    row = RegistrationFactory.create(event=question.event)
    Answer.objects.create(registration=row, question=question, value=value)


def row(number: int, **fields) -> dict[str, str]:
    """What a browser sends for one question."""
    return {f"questions-{number}-{name}": value for name, value in fields.items()}


def row_errors(page) -> dict[str, str]:
    [formset] = page.context["inline_admin_formsets"]
    found = [dict(one.items()) for one in formset.formset.errors if one]
    return {name: " ".join(words) for name, words in found[0].items()} if found else {}


# --- The moments ---


def test_moments_are_typed_and_shown_on_the_wall_of_the_events_zone(sske, as_fay):
    in_paris(sske)
    answer = save(
        as_fay, sske.page, registration_opens_at="2026-11-25T09:00", registration_closes_at="2026-12-09T18:00",
        promotion_until="2026-12-10T12:00",
    )  # fmt: skip
    assert answer.status_code == 302, errors(answer)
    now = sske.now()
    assert (now.registration_opens_at, now.registration_closes_at, now.promotion_until) == (
        datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2026, 12, 9, 17, tzinfo=UTC),
        datetime(2026, 12, 10, 11, tzinfo=UTC),
    )  # fmt: skip
    page = as_fay.get(sske.page)
    assert fields_of(page)["registration_opens_at"] == ["2026-11-25T09:00"]
    assert text_of(page).count("In the time zone of the event: Paris, UTC+1.") == 3


def test_moments_keep_their_seconds_and_stay_unchanged_when_nobody_touched_them(sske, as_fay):
    closes = datetime(2026, 12, 9, 22, 59, 59, tzinfo=UTC)
    in_paris(sske, registration_closes_at=closes)
    save(as_fay, sske.page, title_fr="Petits exploitants")
    assert sske.now().registration_closes_at == closes
    assert Entry.objects.get(verb="session.changed_in_admin").detail == {"fields": ["title_fr"]}


def test_moments_follow_the_wall_into_another_zone(sske, as_fay):
    Event.objects.update(registration_closes_at=datetime(2026, 12, 9, 18, tzinfo=UTC))
    assert save(as_fay, sske.page, zone="Europe/Paris").status_code == 302
    assert sske.now().registration_closes_at == datetime(2026, 12, 9, 17, tzinfo=UTC)


def test_moments_can_be_taken_away(sske, as_fay):
    Event.objects.update(registration_closes_at=datetime(2026, 12, 9, 18, tzinfo=UTC))
    save(as_fay, sske.page, registration_closes_at="")
    assert sske.now().registration_closes_at is None


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"registration_opens_at": "2026-12-02T09:00", "registration_closes_at": "2026-12-01T09:00"},
         "registration_closes_at", "close before it opens"),
        ({"registration_opens_at": "2026-12-02T09:00", "registration_closes_at": "2026-12-02T09:00"},
         "registration_closes_at", "close before it opens"),
        ({"registration_closes_at": "2026-12-10T14:01"}, "registration_closes_at", "after the start of the event"),
        ({"registration_opens_at": "2026-12-11T09:00"}, "registration_opens_at", "after the start of the event"),
        ({"promotion_until": "2026-12-10T14:01"}, "promotion_until", "after the start of the event"),
        ({"registration_closes_at": "2026-12-05T09:00", "wall_date": "2026-12-01"}, "registration_closes_at", "after"),
        ({"registration_opens_at": "tomorrow"}, "registration_opens_at", "valid date"),
        ({"registration_opens_at": "0001-01-01T00:00"}, "registration_opens_at", "valid date"),
        ({"promotion_until": "9999-12-31T23:59"}, "promotion_until", "valid date"),
        ({"registration_opens_at": "2026-12-02T09:00+05:00"}, "registration_opens_at", "valid date"),
        ({"registration_opens_at": "2027-03-28T02:30", "wall_date": "2027-04-10", "zone": "Europe/Paris"},
         "registration_opens_at", "jump over that time"),
    ],
)  # fmt: skip
def test_moments_in_an_order_that_cannot_be_are_sentences(sske, as_fay, changes, field, words):
    before = Event.objects.filter(pk=sske.session.pk).values().get()
    answer = save(as_fay, sske.page, **changes)
    assert words in errors(answer)[field]
    assert fields_of(answer)[field] == [changes[field]]
    assert Event.objects.filter(pk=sske.session.pk).values().get() == before


def test_reader_sees_the_moments_in_the_events_zone(sske, as_fay):
    in_paris(sske, registration_closes_at=datetime(2026, 12, 9, 17, tzinfo=UTC))
    ask(sske)
    sske.fay.grants.update(right=Grant.Right.COACH)
    page = as_fay.get(sske.page)
    assert "Wednesday, 9 December 2026, 18:00 (Paris, UTC+1)" in text_of(page)
    assert not {"registration_closes_at", "needs_approval", "questions-0-words_en"} & set(fields_of(page))


def test_what_has_begun_keeps_how_people_registered(sske, clock):
    ask(sske)
    clock.move_to(sske.session.starts_at)
    fields = fields_of(sign_in(sske.fay).get(sske.page))
    assert "join_url" in fields
    assert not {"registration_closes_at", "automatic", "makes_offers", "questions-0-words_en"} & set(fields)


def test_later_end_of_the_waiting_list_passes_free_seats_on_at_once(sske, as_fay, at):
    Event.objects.update(capacity=1, promotion_until=at - timedelta(hours=1))
    waiting = RegistrationFactory.create(event=sske.session.event_ptr, state="waitlisted", queue_no=1)
    assert save(as_fay, sske.page, promotion_until="2026-12-09T12:00").status_code == 302
    assert Registration.objects.get(pk=waiting.pk).state == "confirmed"


# --- Approval, offers, circles ---


def test_approval_offers_and_circles_are_saved(sske, as_fay):
    answer = save(as_fay, sske.page, needs_approval="on", makes_offers="on", automatic=[str(sske.session.home.pk)])
    assert answer.status_code == 302, errors(answer)
    now = sske.now()
    assert (now.needs_approval, now.makes_offers, list(now.automatic.all())) == (True, True, [sske.session.home])
    save(as_fay, sske.page, automatic=[])
    assert list(sske.now().automatic.all()) == []


def test_circles_of_others_are_neither_offered_nor_taken(sske, as_fay, community):
    """Nor are those of her own that the event is not for: they would be registered for what they cannot see."""
    foreign = CircleFactory.create(kind="country_group", name="Foreign group")
    sske.session.audience.set([sske.core, foreign])
    page = as_fay.get(sske.page)
    assert list(page.context["adminform"].form.fields["automatic"].queryset) == [sske.core]
    assert "Foreign group" not in text_of(page)
    for circle in (foreign, community.circle, sske.wider):
        answer = save(as_fay, sske.page, automatic=[str(circle.pk)])
        assert "automatic" in errors(answer)
    assert not sske.now().automatic.exists()


NEW = {"title_en": "Land tenure", "wall_date": "2027-01-13", "wall_time": "14:00", "minutes": "120"}


def test_new_event_offers_her_own_circles_and_takes_those_of_its_audience(sske, as_fay, community):
    offered = as_fay.get(reverse(ADD)).context["adminform"].form.fields["automatic"].queryset
    assert set(offered) == {sske.core, sske.wider, sske.edition.circle}
    refused = save(as_fay, reverse(ADD), **NEW, session_audience="core", automatic=[str(sske.wider.pk)])
    assert errors(refused)["automatic"] == "These are not among those whom it is for: wider"
    answer = save(as_fay, reverse(ADD), **NEW, session_audience="core", automatic=[str(sske.core.pk)])
    assert answer.status_code == 302, errors(answer)
    assert list(Event.objects.get(title_en="Land tenure").automatic.all()) == [sske.core]


def test_workshop_has_it_all_too(bo, community):
    workshop = WorkshopFactory.create()
    browser, page = sign_in(bo), reverse("admin:workshops_workshop_change", args=[workshop.pk])
    answer = save(
        browser, page, needs_approval="on", automatic=[str(community.circle.pk)], **row(0, words_en="Why?", kind="text")
    )
    assert answer.status_code == 302, errors(answer)
    now = Event.objects.get(pk=workshop.pk)
    assert (now.needs_approval, list(now.automatic.all())) == (True, [community.circle])
    assert [question.words for question in now.questions.all()] == ["Why?"]


# --- Questions ---


def test_question_is_asked_in_one_language_or_several(sske, as_fay):
    answer = save(
        as_fay, sske.page,
        **row(0, words_es="¿Qué cultiva?", kind="choice", choices_es="Cacao\n\n  Café   de altura ", required="on",
              position="3"),
    )  # fmt: skip
    assert answer.status_code == 302, row_errors(answer)
    made = Question.objects.get()
    assert (made.words_en, made.words_es, made.words_fr) == ("¿Qué cultiva?", "¿Qué cultiva?", None)
    assert (made.choices_en, made.choices_es) == ("Cacao\nCafé de altura", "Cacao\nCafé de altura")
    assert (made.kind, made.required, made.position, made.event_id) == ("choice", True, 3, sske.session.pk)
    assert Entry.objects.get(verb="event.questions_changed").detail == {"added": 1, "changed": 0, "deleted": 0}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kind": "text", "words_en": " ", "required": "on"}, "words_en", "in at least one language"),
        ({"words_en": "What?", "kind": "choice"}, "choices_en", "two to ten choices"),
        ({"words_en": "What?", "kind": "choice", "choices_en": "One"}, "choices_en", "two to ten choices"),
        ({"words_en": "What?", "kind": "choice", "choices_en": "\n".join("abcdefghijk")}, "choices_en", "two to ten"),
        ({"words_en": "What?", "kind": "choice", "choices_en": "A\nB\n A"}, "choices_en", "say the same"),
        ({"words_en": "What?", "kind": "choice", "choices_en": "A\n" + "B" * 101}, "choices_en", "at most 100"),
        ({"words_en": "What?", "kind": "choice", "choices_en": "A\nB", "choices_fr": "A\nB\nC"}, "choices_fr",
         "Here are 3 lines, but 2 in the first language"),
        ({"words_en": "What?", "kind": "song"}, "kind", "Select a valid choice"),
        ({"words_en": "bell\x07", "kind": "text"}, "words_en", "control characters"),
        ({"words_en": "x" * 161, "kind": "text"}, "words_en", "at most 160"),
    ],
)  # fmt: skip
def test_bad_question_is_a_sentence_beside_its_field(sske, as_fay, fields, field, words):
    answer = save(as_fay, sske.page, title_fr="Kept", **row(0, **fields))
    assert words in row_errors(answer)[field]
    assert fields_of(answer)["title_fr"] == ["Kept"]
    assert not Question.objects.exists() and sske.now().title_fr != "Kept"


def test_question_without_answers_is_changed_and_deleted(sske, as_fay):
    ask(sske)
    save(as_fay, sske.page, **row(0, words_en="What do you plant?", kind="yes_no"))
    assert Question.objects.values_list("words_en", "kind").get() == ("What do you plant?", "yes_no")
    save(as_fay, sske.page, **row(0, DELETE="on"))
    assert not Question.objects.exists()


def test_answered_question_is_not_deleted(sske, as_fay):
    answered(ask(sske), "Cocoa")
    answer = save(as_fay, sske.page, **row(0, DELETE="on"))
    assert answer.status_code == 200
    assert "it cannot be deleted: “What do you grow?”" in text_of(answer)
    assert Answer.objects.count() == 1


def test_answered_question_keeps_its_kind_and_the_choices_made(sske, as_fay):
    answered(ask(sske, kind="choice", choices_en="Cocoa\nCoffee\nBoth"), "Coffee")
    refused = save(as_fay, sske.page, **row(0, kind="text"))
    assert "keeps its kind" in row_errors(refused)["kind"]
    refused = save(as_fay, sske.page, **row(0, choices_en="Cocoa\nBoth"))
    assert row_errors(refused)["choices_en"] == "People have chosen this already, so it stays as it is: Coffee"
    assert save(as_fay, sske.page, **row(0, words_en="You grow?", choices_en="Coffee\nNeither")).status_code == 302
    assert Question.objects.get().choices_en == "Coffee\nNeither"


def test_question_of_another_event_is_out_of_reach(sske, as_fay):
    other = Question.objects.create(event=WorkshopFactory.create().event_ptr, words_en="Theirs")
    fields = fields_of(as_fay.get(sske.page))
    forged = {"questions-INITIAL_FORMS": "1", **row(0, id=str(other.pk), words_en="Mine", kind="text")}
    as_fay.post(sske.page, {**fields, **forged})
    other.refresh_from_db()
    assert (other.words_en, other.event_id) != ("Mine", sske.session.pk)


def test_second_saver_hears_of_changed_questions(sske, as_fay, clock):
    ask(sske)
    gil = MemberFactory.create(name="Gil Colleague")
    GrantFactory.create(member=gil, circle=sske.edition.circle, right=Grant.Right.COORDINATOR)
    hers = fields_of(as_fay.get(sske.page))
    clock.shift(timedelta(minutes=1))
    save(sign_in(gil), sske.page, **row(0, words_en="What do you plant?"))
    answer = as_fay.post(sske.page, {**hers, "dial_in": "+233 000"})
    said = " ".join(answer.context["adminform"].form.non_field_errors())
    assert "Gil Colleague changed this while you were writing: questions to those who register." in said
    assert "It asks now: “What do you plant?”" in said
    assert (sske.now().dial_in, Question.objects.get().words_en) == ("", "What do you plant?")


def test_role_alone_reads_questions_and_changes_none(sske, as_fay):
    other = WorkshopFactory.create()
    RoleFactory.create(event=other.event_ptr, member=sske.fay)
    Question.objects.create(event=other.event_ptr, words_en="Theirs")
    page = reverse("admin:workshops_workshop_change", args=[other.pk])
    assert "questions-0-words_en" not in fields_of(as_fay.get(page))
    assert as_fay.post(page, row(0, words_en="Mine", kind="text")).status_code == 403
    assert Question.objects.get().words_en == "Theirs"


def test_seats_are_not_fewer_than_those_taken_or_offered(sske, as_fay, at):
    RegistrationFactory.create(event=sske.session.event_ptr)
    RegistrationFactory.create(
        event=sske.session.event_ptr, state=Registration.State.OFFERED, offer_expires_at=at + timedelta(hours=2)
    )
    assert "2 seats are taken" in errors(save(as_fay, sske.page, capacity="1"))["capacity"]
