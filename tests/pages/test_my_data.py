"""My data: what there is, a copy, and being erased, in the browser of the person herself."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from forestallies.privacy.emails import WISH
from jobs.models import Job
from members.models import Consent, DataExport, ErasureRequest, Member
from tests.factories import GrantFactory, MemberFactory, join

WEEK = timedelta(days=7)


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def press(browser, name, *args, **fields):
    return browser.post(reverse(name, args=args), {"submission": uuid4(), **fields})


@pytest.mark.parametrize("number", [1, 3])
def test_page_tells_what_there_is_at_one_price(as_ana, ana, at, clock, number, django_assert_num_queries):
    for version in range(number):
        Consent.objects.create(
            member=ana, term="privacy", version=f"2026-{version}", language="en", given_at=at, withdrawn_at=at
        )
        DataExport.objects.create(member=ana, asked_at=at, made_at=at, expires_at=at + WEEK, size=1)
    with django_assert_num_queries(13):
        page = as_ana.get(reverse("my_data"))
    assert text(page).count("taken back on 21 November 2026") == number
    assert text(page).count("until 28 November 2026, then it is deleted") == number
    assert "ana@example.org" in text(page)


def test_copy_is_asked_for_once_however_often_the_button_is_pressed(as_ana, clock):
    page = as_ana.post(reverse("data_export_create"), {"submission": "7" * 32}, follow=True)
    as_ana.post(reverse("data_export_create"), {"submission": "7" * 32})
    assert "Your copy is being made" in text(page) and "Look again" in text(page)
    assert Job.objects.count() == 1


def test_button_without_its_key_changes_nothing(as_ana, clock):
    assert as_ana.post(reverse("data_export_create")).status_code == 302
    assert Job.objects.count() == 0


def test_way_from_the_page_to_the_confirmed_day_and_back(as_ana, ana, clock):
    page = press(as_ana, "erasure_ask", certificates="go")
    assert page.url == reverse("my_data")
    wish = ErasureRequest.objects.get()
    assert (wish.state, wish.keeps_certificates) == ("asked", False)
    assert "Nothing happens before you confirm it" in text(as_ana.get(reverse("my_data")))
    press(as_ana, "erasure_page", WISH.token(wish.pk), act="confirm")
    page = text(as_ana.get(reverse("my_data")))
    assert "Everything about you will be erased on 28 November 2026" in page
    assert "See what happens" not in page
    press(as_ana, "erasure_page", WISH.token(wish.pk), act="take_back")
    wish.refresh_from_db()
    assert wish.state == "withdrawn"


def test_choice_about_certificates_has_to_be_made(as_ana, clock):
    page = press(as_ana, "erasure_ask")
    assert (page.status_code, ErasureRequest.objects.count()) == (422, 0)
    assert "Please choose one." in text(page)


def test_link_of_the_mail_needs_no_sign_in_and_opening_it_changes_nothing(client, ana, at, clock):
    wish = ErasureRequest.objects.create(member=ana, asked_by=ana, asked_at=at)
    page = client.get(reverse("erasure_page", args=[WISH.token(wish.pk)]))
    wish.refresh_from_db()
    assert (wish.state, page.status_code, page["X-Robots-Tag"]) == ("asked", 200, "noindex, nofollow")
    assert "Yes, erase everything about me" in text(page)
    done = press(client, "erasure_page", WISH.token(wish.pk), act="confirm")
    wish.refresh_from_db()
    assert (done.status_code, wish.state, wish.due_at) == (302, "waiting", at + WEEK)


@pytest.mark.parametrize(
    ("state", "age", "words"),
    [
        ("asked", timedelta(days=2), "This link is too old"),
        ("waiting", timedelta(0), "Take it back"),
        ("waiting", WEEK, "The day has come"),
        ("done", WEEK, "The day has come"),
        ("withdrawn", timedelta(0), "Everything stays as it is."),
    ],
)
def test_link_says_how_it_stands(client, ana, at, clock, state, age, words):
    begun, ended = at - age, state in ("done", "withdrawn")
    waits = {"confirmed_at": begun, "due_at": begun + WEEK} if state in ("waiting", "done") else {}
    wish = ErasureRequest.objects.create(
        member=ana, asked_at=begun, state=state, ended_at=at if ended else None, **waits
    )
    assert words in text(client.get(reverse("erasure_page", args=[WISH.token(wish.pk)])))


@pytest.mark.parametrize("token", ["x", "1.abc", "1"])
def test_made_up_link_is_unknown(client, db, token):
    assert client.get(reverse("erasure_page", args=[token])).status_code == 404


def test_too_late_is_a_sentence(client, ana, at, clock):
    wish = ErasureRequest.objects.create(member=ana, asked_at=at - timedelta(days=3))
    page = press(client, "erasure_page", WISH.token(wish.pk), act="confirm")
    assert page.status_code == 409
    assert "This link is too old or was taken back." in text(page)


def test_last_coordinator_reads_it_before_she_presses(client, bo, clock):
    Member.objects.filter(pk=bo.pk).update(language="en")
    client.force_login(bo)
    page = text(client.get(reverse("erasure_ask")))
    assert "Nobody else coordinates Forest Allies." in page and "Mail me the link" not in page


class TestStaff:
    @pytest.fixture
    def as_bo(self, bo, clock):
        from tests.world import sign_in

        Member.objects.filter(pk=bo.pk).update(language="en")
        return sign_in(Member.objects.get(pk=bo.pk))

    @pytest.fixture
    def silent(self, community):
        return join(MemberFactory.create(name="Sílvia Lent", email=None), community.circle)

    def test_person_is_found_without_accents_and_asked_for_with_a_reason(self, as_bo, silent, bo):
        page = as_bo.get(reverse("erasure_list"), {"q": "silvia"})
        assert "Sílvia Lent" in text(page) and reverse("erasure_create", args=[silent.pk]) in text(page)
        done = press(as_bo, "erasure_create", silent.pk, certificates="keep", reason="By telephone, today.")
        wish = ErasureRequest.objects.get()
        assert (done.status_code, wish.member, wish.asked_by, wish.reason) == (302, silent, bo, "By telephone, today.")
        assert "By telephone, today." in text(as_bo.get(reverse("erasure_list")))
        press(as_bo, "erasure_take_back", wish.pk)
        wish.refresh_from_db()
        assert wish.state == "withdrawn"

    def test_two_of_the_same_name_are_told_apart_before_one_is_erased(self, as_bo, community):
        for address in ("lima@example.org", "bogota@example.org"):
            join(MemberFactory.create(name="María Torres", email=address), community.circle)
        found = as_bo.get(reverse("erasure_list"), {"q": "maria torres"})
        assert "lima@example.org" in text(found) and "bogota@example.org" in text(found)
        hers = Member.objects.get(email="lima@example.org")
        assert "lima@example.org" in text(as_bo.get(reverse("erasure_create", args=[hers.pk])))

    def test_long_search_says_that_there_are_more(self, as_bo, community):
        said = []
        for _index in range(21):
            join(MemberFactory.create(name="Lena Luz", email=None), community.circle)
            said.append("There are more." in text(as_bo.get(reverse("erasure_list"), {"q": "lena"})))
        assert said == [False] * 20 + [True]

    def test_certificates_of_somebody_else_are_not_called_mine(self, as_bo, silent):
        page = text(as_bo.get(reverse("erasure_create", args=[silent.pk])))
        assert "They stay, with the name, so that others can verify them" in page and "my name" not in page

    def test_reason_has_to_be_given_and_nothing_typed_is_lost(self, as_bo, silent):
        page = press(as_bo, "erasure_create", silent.pk, certificates="go", reason=" ")
        assert (page.status_code, ErasureRequest.objects.count()) == (422, 0)
        assert 'value="go" checked' in text(page) or "checked" in text(page)

    def test_who_signs_in_asks_herself(self, as_bo, ana, at):
        Member.objects.filter(pk=ana.pk).update(last_login=at)
        assert "can ask for it herself" in text(as_bo.get(reverse("erasure_create", args=[ana.pk])))
        assert press(as_bo, "erasure_create", ana.pk, certificates="go", reason="x").status_code == 409

    def test_what_a_person_confirmed_herself_is_hers_to_take_back(self, as_bo, ana, at):
        wish = ErasureRequest.objects.create(
            member=ana, asked_by=ana, state="waiting", asked_at=at, confirmed_at=at, due_at=at + WEEK
        )
        assert press(as_bo, "erasure_take_back", wish.pk).status_code == 404

    @pytest.mark.parametrize("number", [1, 3])
    def test_list_costs_the_same_for_one_and_for_three(
        self, as_bo, bo, community, at, number, django_assert_num_queries
    ):
        for index in range(number):
            somebody = join(MemberFactory.create(name=f"Lena {index}", email=None), community.circle)
            GrantFactory.create(member=somebody, circle=community.circle, right="facilitator")
            ErasureRequest.objects.create(
                member=somebody, asked_by=bo, reason="r", state="waiting", asked_at=at, confirmed_at=at,
                due_at=at + WEEK,
            )  # fmt: skip
        with django_assert_num_queries(8):
            assert text(as_bo.get(reverse("erasure_list"), {"q": "lena"})).count("Take back") == number
