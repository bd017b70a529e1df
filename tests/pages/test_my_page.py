"""My page: the next event and its way in first, then what waits, then everything that is hers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import Member
from tests.certificates import papers
from tests.factories import ContactRequestFactory, GrantFactory, RegistrationFactory, WorkshopFactory
from tests.world import sign_in


@pytest.fixture
def ana(ana):
    Member.objects.filter(pk=ana.pk).update(language="en")
    return Member.objects.get(pk=ana.pk)


def page(browser, query="") -> str:
    return " ".join(browser.get(reverse("my_page") + query).content.decode().split())


def order(words, *marks):
    """The marks in the order in which a page has them."""
    assert all(mark in words for mark in marks), [mark for mark in marks if mark not in words]
    return sorted(marks, key=words.index)


def test_next_event_and_its_way_in_come_first(as_ana, ana, workshop, clock):
    RegistrationFactory.create(event=workshop, member=ana)
    ContactRequestFactory.create(asked=ana)
    join = f'href="{reverse("join_event", args=[workshop.pk])}"'
    words = page(as_ana)
    marks = ["Next for you", workshop.title, join, "For you to do", "All your registrations", "You and your data"]
    assert order(words, *marks) == marks
    assert order(words, "How to join", "The door opens at 07:40, Lima.")[0] == "How to join"


def test_door_is_one_button_once_it_is_open(ana, workshop, clock):
    RegistrationFactory.create(event=workshop, member=ana)
    clock.move_to(workshop.starts_at - timedelta(minutes=20))
    words = page(sign_in(ana))
    assert "Join<span" in words and "The door opens" not in words


def test_one_can_say_that_one_cannot_come(as_ana, ana, workshop, clock):
    registration = RegistrationFactory.create(event=workshop, member=ana)
    cancel = reverse("registration_cancel", args=[workshop.pk])
    assert f'action="{cancel}"' in page(as_ana) and "Yes, cancel my place" in page(as_ana)
    assert registration.state == "confirmed"


def test_what_waits_stands_with_its_button(as_ana, ana, clock):
    ContactRequestFactory.create(asked=ana)
    assert order(page(as_ana), "Somebody asks to write to you.", "Read and answer") == [
        "Somebody asks to write to you.", "Read and answer",
    ]  # fmt: skip


def test_nothing_to_do_is_no_section(as_ana, clock):
    assert "For you to do" not in page(as_ana)


def test_many_things_are_folded(as_ana, ana, clock):
    for _ in range(8):
        ContactRequestFactory.create(asked=ana)
    answer = as_ana.get(reverse("my_page"))
    assert (len(answer.context["todos"]), len(answer.context["more_todos"])) == (6, 2)


def test_valid_certificates_are_at_hand(as_ana, ana, clock):
    certificate = papers.issued(ana)
    assert reverse("certificate_download", args=[certificate.pk]) in page(as_ana)


def test_everything_that_is_hers_has_a_way(as_ana, clock):
    names = (
        "profile_edit", "directory_entry", "my_messages", "participation", "my_certificates", "my_calendar",
        "contact_list", "account_email",
    )  # fmt: skip
    words = page(as_ana)
    assert [name for name in names if f'href="{reverse(name)}"' not in words] == []


def test_staff_without_a_place_of_their_own_begin_with_their_work(bo, clock, community):
    words = page(sign_in(bo))
    assert 'id="work"' in words and 'id="next"' not in words


def test_staff_with_a_place_begin_with_it(ana, workshop, clock):
    GrantFactory.create(member=ana, circle=workshop.home, right="facilitator")
    RegistrationFactory.create(event=workshop, member=ana)
    assert order(page(sign_in(ana)), 'id="work"', 'id="next"') == ['id="next"', 'id="work"']


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_fourteen_queries(as_ana, ana, clock, number, django_assert_num_queries):
    for turn in range(number):
        ContactRequestFactory.create(asked=ana)
        RegistrationFactory.create(event=WorkshopFactory.create().event_ptr, member=ana)
        papers.issued(ana, key=f"test:{turn}")
    page(as_ana)
    with django_assert_num_queries(14):
        page(as_ana)
