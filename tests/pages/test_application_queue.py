"""The coordinators' queue: searching, deciding on several, asking, telling apart; and what all that costs."""

from datetime import timedelta
from uuid import NAMESPACE_DNS, uuid4, uuid5

import pytest
from django.urls import reverse

from members.models import Application, Member, Membership, NotTheSame, Organisation, Question
from notices.models import Notice
from tests.factories import ApplicationFactory, MemberFactory, OrganisationFactory
from tests.world import sign_in

DAY = timedelta(days=1)


@pytest.fixture
def desk(bo, clock):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def make(community, at):
    def make(name, days=1, **fields):
        fields = {"organisation_name": "", "submitted_at": at - days * DAY, **fields}
        return ApplicationFactory.create(community=community, name=name, **fields)

    return make


def names(answer) -> list[str]:
    return [line.application.name for line in answer.context["lines"]]


def listed(desk, **asked):
    return names(desk.get(reverse("application_list"), asked))


def press(desk, do, *chosen, key=None, **data):
    ids = [one.pk for one in chosen]
    return desk.post(reverse("application_list"), {"submission": key or uuid4(), "do": do, "chosen": ids, **data})


def states() -> dict[str, str]:
    return dict(Application.objects.values_list("name", "state"))


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- The list ---


@pytest.fixture
def queue(make, at):
    make("Ana A", 1, country="GH", stakeholder="COMP", organisation_name="Cacaó Verde")
    make("Bea B", 5, country="PE", email="verde@example.org")
    make("Ciro C", 12, country="PE", state="info_requested")
    make("Dora D", 30, country="PE", state="declined", decided_at=at - 20 * DAY)
    make("Eva E", 2, country="PE", state="withdrawn", withdrawn_at=at)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Ciro C", "Bea B", "Ana A"]),
        ({"state": "info_requested"}, ["Ciro C"]),
        ({"state": "declined"}, ["Dora D"]),
        ({"state": "all"}, ["Ana A", "Eva E", "Bea B", "Ciro C", "Dora D"]),
        ({"country": "PE"}, ["Ciro C", "Bea B"]),
        ({"stakeholder": "COMP"}, ["Ana A"]),
        ({"waits": "fresh"}, ["Ana A"]),
        ({"waits": "days"}, ["Bea B"]),
        ({"waits": "late"}, ["Ciro C"]),
        ({"who": "VERDÉ"}, ["Bea B", "Ana A"]),
        ({"who": "verde", "country": "GH"}, ["Ana A"]),
        ({"who": "%"}, []),
    ],
)
def test_list_is_narrowed(desk, queue, asked, found):
    assert listed(desk, **asked) == found


def test_other_coordinators_applications_are_neither_listed_nor_counted(desk, make):
    make("Mine")
    ApplicationFactory.create(community__slug="other", community__circle__name="Other", name="Theirs")
    answer = desk.get(reverse("application_list"), {"state": "all"})
    assert (names(answer), answer.context["figures"]["waiting"]) == (["Mine"], 1)


@pytest.mark.parametrize("asked", [{"state": "x"}, {"country": "XX"}, {"who": "x" * 121}, {"waits": "1' OR 1"}])
def test_search_that_cannot_be_read_says_so(desk, make, asked):
    make("Ana A")
    answer = desk.get(reverse("application_list"), asked)
    assert (answer.status_code, names(answer)) == (422, [])


def test_time_to_decision_is_the_middle_of_the_last_ninety_days(desk, make, at):
    for sent, decided in ((100, 91), (30, 28), (40, 36), (60, 40)):
        make(f"Sent {sent}", sent, state="declined", decided_at=at - decided * DAY)
    make("Oldest", 13)
    figures = desk.get(reverse("application_list")).context["figures"]
    assert figures == {"waiting": 1, "oldest": 13, "decided": 3, "median": 4, "span": 90}


def test_late_is_what_the_team_owes_an_answer(desk, make):
    make("Ours", 11)
    make("Hers", 12, state="info_requested")
    lines = desk.get(reverse("application_list")).context["lines"]
    assert [(line.application.name, line.days, line.is_late) for line in lines] == [
        ("Hers", 12, False),
        ("Ours", 11, True),
    ]


# --- Several at once ---


def test_several_are_asked_about_before_anything_happens(desk, make):
    one, two = make("Ana A"), make("Bea B")
    answer = press(desk, "approve", one, two)
    assert answer.status_code == 200 and "Approve 2 applications?" in answer.content.decode()
    assert states() == {"Ana A": "submitted", "Bea B": "submitted"}


def test_approving_several_judges_each_on_its_own_and_counts(desk, make, at):
    OrganisationFactory.create(name="Ceiba Alta")
    MemberFactory.create(name="Known Already")
    rows = [
        make("Fits Anew", organisation_name="Vieux Moulin"),
        make("Fits There", organisation_name="CEIBA ALTA"),
        make("Known Alreadi"),
        make("Near One", organisation_name="Ceiba Alto"),
        make("Gone Already", state="withdrawn", withdrawn_at=at),
    ]  # fmt: skip
    asked = press(desk, "approve", *rows)
    assert [one.application.name for one in asked.context["fit"]] == ["Fits Anew", "Fits There"]
    answer = desk.post(
        reverse("application_list"),
        {"submission": uuid4(), "do": "approve", "chosen": " ".join(str(row.pk) for row in rows), "sure": "1"},
        follow=True,
    )
    assert said(answer) == [
        "2 applications approved; the sign-in links are on their way.",
        "3 applications stay as they are.",
    ]
    places = Membership.objects.values_list("member__name", "organisation__name").order_by("member__name")
    assert list(places) == [("Fits Anew", "Vieux Moulin"), ("Fits There", "Ceiba Alta")]
    assert Notice.objects.filter(kind="welcome").count() == 2


def test_declining_several_wants_a_reason_and_waits_an_hour(desk, make, at):
    rows = [make("Ana A"), make("Bea B")]
    refused = press(desk, "decline", *rows, sure="1")
    assert (refused.status_code, set(states().values())) == (422, {"submitted"})
    answer = press(desk, "decline", *rows, sure="1", reason="incomplete")
    assert answer.status_code == 302
    assert set(Application.objects.values_list("state", "reason")) == {("declined", "incomplete")}
    mails = Notice.objects.filter(kind="application_declined").values_list("next_attempt_at", flat=True)
    assert list(mails) == [at + timedelta(hours=1)] * 2


def test_same_page_sent_twice_decides_once(desk, make):
    rows, key = [make("Ana A"), make("Bea B")], uuid4()
    for _twice in range(2):
        assert press(desk, "approve", *rows, key=key, sure="1").status_code == 302
    assert (Member.objects.filter(name__in=["Ana A", "Bea B"]).count(), Membership.objects.count()) == (2, 2)


def test_nobody_is_approved_by_herself_among_others(desk, make, bo):
    rows = [make("Bo Herself", email=bo.email), make("Quite Another")]
    press(desk, "approve", *rows, sure="1")
    assert states() == {"Bo Herself": "submitted", "Quite Another": "approved"}


def test_ids_of_another_community_do_nothing(desk, make):
    theirs = ApplicationFactory.create(community__slug="other", community__circle__name="Other", name="Theirs")
    answer = press(desk, "decline", theirs, sure="1", reason="other")
    assert states() == {"Theirs": "submitted"}
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"do": "approve"}, "Please tick an application first."),
        ({"do": "promote", "chosen": "1"}, "Please press one of the buttons."),
        ({"do": "approve", "chosen": "x -1 ² 9999999999999999999999"}, "Please tick an application first."),
        ({"do": "approve", "chosen": " ".join(map(str, range(1, 52)))}, "more than 50 applications"),
        ({"do": "decline", "chosen": "999999"}, "not known"),
    ],
)
def test_what_cannot_be_done_says_why(desk, make, data, sentence):
    make("Ana A")
    answer = desk.post(reverse("application_list"), {"submission": uuid4(), **data})
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert states() == {"Ana A": "submitted"}


# --- One of them ---


def test_question_is_asked_on_the_page(desk, make):
    one = make("Ana A")
    address = reverse("application_ask", args=[one.pk])
    assert desk.post(address, {"submission": uuid4(), "text": " "}).status_code == 422
    assert desk.post(address, {"submission": uuid4(), "text": "How many?"}).status_code == 302
    again = desk.post(address, {"submission": uuid4(), "text": "Once more, how many?"})
    assert (again.status_code, "Once more, how many?" in again.content.decode()) == (409, True)
    assert list(Question.objects.values_list("text", flat=True)) == ["How many?"]


def test_told_apart_on_the_page_and_taken_back(desk, make):
    one, known = make("Ana Quispe"), MemberFactory.create(name="Aña Quispe")
    page, address = (reverse(name, args=[one.pk]) for name in ("application_detail", "application_alike"))
    assert "the same name" in desk.get(page).content.decode()
    for back, kept in ({}, 1), ({"back": "1"}, 0):
        desk.post(address, {"submission": uuid4(), "found": f"member:{known.pk}", **back})
        assert NotTheSame.objects.count() == kept


@pytest.mark.parametrize("found", ["", "member:1", "member:x", "grant:1", "organisation:999999"])
def test_only_what_is_alike_can_be_told_apart(desk, make, found):
    one = make("Ana Quispe")
    answer = desk.post(reverse("application_alike", args=[one.pk]), {"submission": uuid4(), "found": found})
    assert (answer.status_code, NotTheSame.objects.count()) == (422, 0)


def test_coordinator_chooses_among_those_alike_or_makes_a_new_one(desk, make):
    near = OrganisationFactory.create(name="Cooperativa Ceiba Alta")
    for chosen, number in ((near.pk, 1), ("", 2)):
        one = make(f"Person {chosen}", organisation_name="Cooperativa Ceiba Alto")
        desk.post(reverse("application_approve", args=[one.pk]), {"submission": uuid4(), "organisation": chosen})
        assert Organisation.objects.count() == number
    assert set(Membership.objects.values_list("organisation__name", flat=True)) == {
        "Cooperativa Ceiba Alta",
        "Cooperativa Ceiba Alto",
    }


def test_address_of_somebody_alike_is_not_shown(desk, make):
    one = make("Ana Quispe")
    MemberFactory.create(name="Ana Quispe", email="hidden@example.org")
    page = desk.get(reverse("application_detail", args=[one.pk])).content.decode()
    assert "the same name" in page and "hidden@" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_list_and_page_cost_the_same_for_one_and_for_three(desk, make, rows, django_assert_num_queries):
    for _ in range(rows):
        one = make("Ana Quispe", organisation_name="Ceiba Alta")
        MemberFactory.create(name="Ana Quispe")
        OrganisationFactory.create(name="Ceiba Alta")
    desk.get(reverse("application_list"))
    with django_assert_num_queries(8):
        desk.get(reverse("application_list"), {"who": "ceiba", "state": "all"})
    with django_assert_num_queries(20):
        desk.get(reverse("application_detail", args=[one.pk]))


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_question_before_approving_costs_the_same_for_one_and_for_twenty(desk, make, rows, django_assert_num_queries):
    words = [uuid5(NAMESPACE_DNS, f"{number}").hex for number in range(2 * rows)]
    chosen = [make(words[number], organisation_name=words[-number - 1]) for number in range(rows)]
    desk.get(reverse("application_list"))
    with django_assert_num_queries(10):
        page = press(desk, "approve", *chosen)
    assert page.context["number"] == rows
