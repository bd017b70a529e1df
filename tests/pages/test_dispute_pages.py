"""The pages of a reported mistake: hers under My participation, the coordinators' queue and answer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.disputes import Tally, tallies
from events.models import Attendance, AttendanceEvidence, Dispute
from members.models import Member
from tests.factories import AttendanceFactory, DisputeFactory, EventFactory, RegistrationFactory
from tests.world import sign_in


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture(autouse=True)
def _all_read_english(ana, bo):
    Member.objects.update(language="en")
    for person in (ana, bo):
        person.refresh_from_db()


@pytest.fixture
def held(workshop, clock):
    """The workshop is over; it is the next morning."""
    clock.move_to(workshop.ends_at + timedelta(hours=18))
    return workshop


@pytest.fixture
def absent(held, ana) -> Attendance:
    RegistrationFactory.create(event=held, member=ana)
    return AttendanceFactory.create(event=held, member=ana, status="no_show", recorded_at=held.ends_at)


@pytest.fixture
def dispute(absent, held) -> Dispute:
    return DisputeFactory.create(attendance=absent, created_at=held.ends_at + timedelta(hours=1))


def form_of(attendance):
    return reverse("dispute_create", args=[attendance.pk])


def said(**words):
    return {"claim": "present", "words": "By telephone, as Galaxy A14", "minutes": "80", "submission": uuid4(), **words}


def test_participation_has_a_button_until_it_was_used(as_ana, absent):
    assert form_of(absent) in text(as_ana.get(reverse("participation")))
    answer = as_ana.post(form_of(absent), said())
    assert answer.url == reverse("participation")
    assert "Your report waits for an answer" in text(as_ana.get(reverse("participation")))
    assert (Dispute.objects.get().minutes, Dispute.objects.get().words) == (80, "By telephone, as Galaxy A14")


def test_same_form_twice_is_one_report(as_ana, absent):
    form = said()
    assert [as_ana.post(form_of(absent), form).status_code for _ in range(2)] == [302, 302]
    assert Dispute.objects.count() == 1


def test_second_report_gets_a_sentence(as_ana, dispute, absent):
    answer = as_ana.post(form_of(absent), said())
    assert answer.status_code == 409 and "You have reported this already" in text(answer)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"claim": ""}, "Please choose what is wrong."),
        ({"claim": "x"}, "Please choose from the list."),
        ({"words": ""}, "This field is required."),
        ({"minutes": "-1"}, "greater than or equal to 0"),
        ({"minutes": "9999"}, "less than or equal to 600"),
        ({"words": "x" * 601}, "at most 600"),
    ],
)
def test_bad_input_keeps_what_was_typed(as_ana, absent, wrong, sentence):
    answer = as_ana.post(form_of(absent), said(**wrong))
    assert answer.status_code == 422 and sentence in text(answer)
    assert "words" in wrong or "By telephone, as Galaxy A14" in text(answer)


def test_after_sixty_days_the_page_names_the_address(ana, absent, clock):
    clock.move_to(absent.recorded_at + timedelta(days=60))
    browser = sign_in(ana)
    page = text(browser.get(form_of(absent)))
    assert "That time is over." in page and "<textarea" not in page
    assert form_of(absent) not in text(browser.get(reverse("participation")))


def test_strangers_find_no_record(cy, absent):
    assert sign_in(cy).get(form_of(absent)).status_code == 404


def test_queue_shows_what_waits_and_what_was_answered(bo, dispute, held):
    done = AttendanceFactory.create(event=held, status="partial")
    DisputeFactory.create(attendance=done, state="upheld", answered_at=held.ends_at, claim="minutes")
    browser = sign_in(bo)
    waiting, answered = (text(browser.get(reverse("dispute_list") + query)) for query in ("", "?show=answered"))
    assert "Ana Quispe: I was there" in waiting and "The minutes are wrong" not in waiting
    assert "The minutes are wrong" in answered and "Ana Quispe" not in answered


def test_detail_shows_clicks_and_who_nobody_recognised(bo, dispute, held, ana):
    def seen(**fields):
        AttendanceEvidence.objects.create(event=held, created_at=held.ends_at, joined_at=held.starts_at, **fields)

    seen(member=ana, source="join_click", people=2)
    seen(source="file", raw_name="Galaxy A14")
    page = text(sign_in(bo).get(reverse("dispute_detail", args=[dispute.pk])))
    assert "Join link" in page and "2 people at this device" in page and "Galaxy A14" in page


def test_coordinator_corrects_and_the_person_reads_it(bo, as_ana, dispute, absent):
    address = reverse("dispute_detail", args=[dispute.pk])
    form = {"do": "uphold", "status": "attended", "minutes": "85", "answer": "Sorry!", "submission": uuid4()}
    assert sign_in(bo).post(address, form).url == reverse("dispute_list")
    absent.refresh_from_db()
    assert (absent.status, absent.minutes) == ("attended", 85)
    assert "Corrected after your report" in text(as_ana.get(reverse("participation")))
    assert "Sorry!" in text(as_ana.get(form_of(absent)))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"do": "uphold"}, "Please choose what is right."),
        ({"do": "uphold", "status": "made_up"}, "Please choose from the list."),
        ({"do": "uphold", "status": "attended", "minutes": "91"}, "The event lasted 90 minutes"),
        ({"do": "decline"}, "Please say why nothing is changed."),
        ({"do": "x"}, "Please use one of the buttons."),
    ],
)
def test_answer_that_cannot_be_gets_a_sentence(bo, dispute, form, sentence):
    answer = sign_in(bo).post(reverse("dispute_detail", args=[dispute.pk]), {**form, "submission": uuid4()})
    assert answer.status_code == 422 and sentence in text(answer)


def test_whoever_was_not_there_was_there_for_no_minute(bo, held, ana):
    row = AttendanceFactory.create(event=held, member=ana, seconds=3000, recorded_at=held.ends_at)
    made = DisputeFactory.create(attendance=row, claim="not_me")
    form = {"do": "uphold", "status": "no_show", "answer": "", "submission": uuid4()}
    sign_in(bo).post(reverse("dispute_detail", args=[made.pk]), form)
    row.refresh_from_db()
    assert (row.status, row.seconds) == ("no_show", 0)


def test_reports_are_counted_by_what_became_of_them(held, dispute, bo):
    for state in ("upheld", "upheld", "declined"):
        row = AttendanceFactory.create(event=held)
        DisputeFactory.create(attendance=row, state=state, answered_at=held.ends_at)
    other = EventFactory.create()
    DisputeFactory.create(attendance=AttendanceFactory.create(event=other))
    found = {tally.name: tally for tally in tallies(Dispute.objects.all())}
    assert found[held.home.name] == Tally(held.home.name, waiting=1, upheld=2, declined=1)
    assert (found[held.home.name].reported, found[other.home.name].reported) == (4, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_queue_costs_the_same_for_one_and_three(bo, held, number, django_assert_num_queries):
    for _ in range(number):
        DisputeFactory.create(attendance=AttendanceFactory.create(event=held))
    browser = sign_in(bo)
    browser.get(reverse("dispute_list"))
    with django_assert_num_queries(7):
        browser.get(reverse("dispute_list"))


def test_question_is_about_the_record_and_not_about_the_event(as_ana, absent):
    words = text(as_ana.get(form_of(absent)))
    assert "Tell us what was right" in words and "How was it?" not in words
