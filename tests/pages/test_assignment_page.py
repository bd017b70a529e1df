"""The page behind the signed link of a role: one part, one event, no sign-in, and nothing else."""

import io
import logging
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.actions import roles
from events.actions.roles import Part
from events.models import Event, Role
from events.places import ASSIGNMENT, PLACE
from forestallies.logs import MaskSecrets
from jobs.models import Submission
from tests.factories import (
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    SegmentFactory,
    WorkshopFactory,
)

LINK = "https://meet.example.org/secret-room"
HOSTILE = "Ana <b>&'\" {{7*7}}"
pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def mine(workshop, ana, at):
    """Ana, in Lima, is asked to interpret into Spanish."""
    Event.objects.filter(pk=workshop.pk).update(
        join_url=LINK, passcode="cocoa-77", dial_in="+1 555 0100", urgent_contact="Fay, +233 20 000 0000",
        interpretation=["es"],
    )  # fmt: skip
    return RoleFactory.create(
        event=workshop, member=ana, kind="interpreter", channel="es", state="invited", invited_at=at,
        expectation="Come early.\nBring <headphones>.", rehearsal_at=datetime(2026, 12, 1, 15, tzinfo=UTC),
    )  # fmt: skip


def turn(role, state, **more) -> Role:
    Role.objects.filter(pk=role.pk).update(state=state, **more)
    return Role.objects.get(pk=role.pk)


def path(role) -> str:
    return reverse("assignment_page", args=[ASSIGNMENT.token(role.pk)])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def press(browser, role, act, *, follow=True, key=None, **more):
    return browser.post(path(role), {"submission": key or uuid4(), "act": act, **more}, follow=follow)


def buttons(answer) -> list[str]:
    return re.findall(r'name="act" value="(\w+)"', text(answer))


def run_of(answer) -> list[tuple[str, str]]:
    """The clocks and titles of the run of show on the page."""
    return re.findall(r'run__clock">([^<]+)</dt> <dd class="run__what"> <strong>([^<]+)<', text(answer))


# --- Answering ---


def test_invitation_says_what_when_and_what_is_expected_in_her_hours(client, mine):
    answer = client.get(path(mine))
    assert buttons(answer) == ["accept", "decline"]
    for words in (
        "Interpreter, English → Spanish",
        "Wednesday, 2 December 2026",
        "<strong>08:00</strong> <span>(Lima, UTC−5)</span>",
        "Come early.<br>Bring &lt;headphones&gt;.",
        "Tuesday, 1 December 2026, 10:00 <small>(Lima, UTC−5)</small>",
    ):
        assert words in text(answer)


def test_page_speaks_her_language(client, mine, ana):
    ana.language = "es"
    ana.save(update_fields=["language"])
    answer = client.get(path(mine))
    assert (answer.headers["Content-Language"], answer.headers["X-Robots-Tag"]) == ("es", "noindex, nofollow")
    assert "Miércoles, 2 de diciembre de 2026" in text(answer)


def test_looking_changes_nothing(client, mine):
    before = Role.objects.values().get()
    for verb in ("get", "head"):
        assert getattr(client, verb)(path(mine) + "?act=accept").status_code == 200
    assert (Role.objects.values().get(), Submission.objects.count()) == (before, 0)


def test_yes_is_taken_once_however_often_it_is_pressed(client, mine, at):
    key = uuid4()
    for one in (key, key, uuid4()):
        assert "Thank you! The part is yours." in text(press(client, mine, "accept", key=one))
    mine.refresh_from_db()
    assert (mine.state, mine.answered_at) == ("accepted", at)


def test_no_with_a_reason_and_then_yes_after_all(client, mine):
    page = press(client, mine, "decline", reason="  I am  ill ")
    assert "You said that you cannot." in text(page) and buttons(page) == ["accept"]
    assert Role.objects.get().reason == "I am ill"
    press(client, mine, "accept")
    assert (Role.objects.get().state, Role.objects.get().reason) == ("accepted", "")


def test_second_acceptance_of_a_part_given_away_is_a_sentence(client, mine, cy, bo, at):
    roles.replace(role=mine, who=cy, part=Part("interpreter", "es"), by=bo, at=at)
    before = list(Role.objects.order_by("pk").values())
    answer = press(client, mine, "accept", follow=False)
    assert answer.status_code == 422
    assert "This part was given to somebody else meanwhile. Nothing was changed." in text(answer)
    assert list(Role.objects.order_by("pk").values()) == before


def test_form_sent_again_after_the_part_was_given_away_thanks_nobody(client, mine, cy, bo, at):
    key = uuid4()
    assert "The part is yours." in text(press(client, mine, "accept", key=key))
    roles.replace(role=mine, who=cy, part=Part("interpreter", "es"), by=bo, at=at)
    shown = text(press(client, mine, "accept", key=key))
    assert ("The part is yours." in shown, Role.objects.get(pk=mine.pk).state) == (False, "replaced")


@pytest.mark.parametrize(
    "data",
    [{}, {"act": "accept"}, {"act": "accept", "submission": "x"}, {"act": "rule", "submission": str(uuid4())}],
)
def test_incomplete_form_changes_nothing(client, mine, data):
    answer = client.post(path(mine), data)
    assert (answer.status_code, Role.objects.get().state) == (422, "invited")
    assert "That form was incomplete and nothing was changed." in text(answer)


@pytest.mark.parametrize("reason", ["x" * 301, "a\x07b", "a\u202eb"])
def test_bad_reason_is_said_and_kept(client, mine, reason):
    answer = press(client, mine, "decline", reason=reason, follow=False)
    assert (answer.status_code, Role.objects.get().state) == (422, "invited")
    assert 'aria-invalid="true"' in text(answer)


def test_form_of_another_answer_with_the_same_key_does_nothing(client, mine):
    key = uuid4()
    press(client, mine, "accept", key=key)
    answer = press(client, mine, "decline", key=key, follow=False)
    assert (answer.status_code, Role.objects.get().state) == (422, "accepted")


# --- What opens, and what does not ---


@pytest.mark.parametrize("state", ["declined", "replaced"])
def test_who_is_out_of_it_sees_nothing_of_the_inside(client, mine, workshop, state):
    RoleFactory.create(event=workshop, member=MemberFactory.create(name="Fay Leads"))
    MaterialFactory.create(event=workshop, title="Secret slides")
    SegmentFactory.create(event=workshop, title="Secret moment")
    shown = text(client.get(path(turn(mine, "accepted"))))
    inside = ["Fay Leads", "Secret slides", "Secret moment", "+233 20 000 0000", "Come early."]
    assert [words for words in inside if words not in shown] == []
    hidden = text(client.get(path(turn(mine, state))))
    assert [words for words in inside if words in hidden] == []
    assert "Thank you" in hidden


def test_cancelled_event_is_a_sentence(client, mine, workshop):
    MaterialFactory.create(event=workshop, title="Secret slides")
    Event.objects.filter(pk=workshop.pk).update(state="cancelled")
    answer = client.get(path(mine))
    assert "does not take place" in text(answer) and "Secret slides" not in text(answer) and buttons(answer) == []
    assert "This event was cancelled." in text(press(client, mine, "accept", follow=False))


def test_link_opens_its_event_and_no_list_of_people(client, mine, workshop):
    other = WorkshopFactory.create(title="Other event").event_ptr
    MaterialFactory.create(event=other, title="Other slides")
    SegmentFactory.create(event=other, title="Other moment")
    RoleFactory.create(event=other, member=MemberFactory.create(name="Other Helper"))
    RegistrationFactory.create(event=workshop, member=MemberFactory.create(name="Pia Participant"))
    RoleFactory.create(event=workshop, member=MemberFactory.create(name="Not Yet"), state="invited")
    shown = text(client.get(path(turn(mine, "accepted"))))
    for words in ("Other", "Pia Participant", "Not Yet", LINK, "cocoa-77", "+1 555 0100"):
        assert words not in shown


@pytest.mark.parametrize("state", ["accepted", "declined", "replaced"])
def test_link_hands_out_none_of_her_other_links(client, mine, ana, cy, state):
    other = RoleFactory.create(event=WorkshopFactory.create(title="Forest finance").event_ptr, member=ana)
    turn(mine, state)
    for _browser in range(2):
        shown = text(client.get(path(mine)))
        assert ASSIGNMENT.token(other.pk) not in shown
        assert ("Forest finance" in shown) == (state == "accepted")
        client.force_login(cy)


def test_her_other_parts_have_links_of_their_own_when_she_is_signed_in(client, mine, ana):
    other = RoleFactory.create(event=WorkshopFactory.create(title="Forest finance").event_ptr, member=ana)
    gone = RoleFactory.create(event=WorkshopFactory.create(title="Long gone").event_ptr, member=ana, state="replaced")
    client.force_login(ana)
    shown = text(client.get(path(mine)))
    assert f'<a href="{path(other)}">Forest finance</a>' in shown
    assert path(gone) not in shown and "Long gone" not in shown


def test_forged_cut_and_foreign_links_open_nothing(client, mine, ana):
    token = ASSIGNMENT.token(mine.pk)
    place = RegistrationFactory.create(pk=mine.pk + 1000, event=mine.event, member=ana)
    forged = [token[:-1], token.replace(str(mine.pk), str(mine.pk + 1), 1), f"{mine.pk}.x", PLACE.token(place.pk)]
    for one in [*forged, PLACE.token(mine.pk), ASSIGNMENT.token(mine.pk + 1000)]:
        answer = client.post(f"/assignment/{one}/", {"submission": uuid4(), "act": "accept"})
        assert (answer.status_code, Role.objects.get().state) == (404, "invited")
    assert client.get(f"/place/{token}/").status_code == 404


def test_closed_account_opens_nothing(client, mine, ana):
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    assert client.get(path(mine)).status_code == 404


def test_guest_opens_no_page_of_the_team(client, mine, workshop):
    client.force_login(turn(mine, "accepted").member)
    for name in ("role_list", "registration_list", "attendance_edit", "role_invite"):
        assert client.get(reverse(name, args=[workshop.pk])).status_code == 403
    elsewhere = RoleFactory.create().event
    assert client.get(reverse("role_list", args=[elsewhere.pk])).status_code == 404


def test_token_is_not_in_the_log(mine):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskSecrets("{message}", style="{"))
    handler.emit(logging.LogRecord("x", logging.INFO, "", 0, f'"GET {path(mine)} HTTP/1.1" 200', None, None))
    assert written.getvalue() == '"GET /assignment/…/ HTTP/1.1" 200\n'


# --- With whom, what to read, when ---


def test_interpreter_sees_partner_speakers_leaders_and_whom_to_call(client, mine, workshop):
    people = {"Paul Partner": ("interpreter", "es"), "Fran French": ("interpreter", "fr"), "Inês": ("speaker", "")}
    for name, (kind, channel) in people.items():
        RoleFactory.create(event=workshop, member=MemberFactory.create(name=name), kind=kind, channel=channel)
    RoleFactory.create(event=workshop, member=MemberFactory.create(name=HOSTILE))
    answer = client.get(path(mine))
    company = answer.context["company"]
    assert [role.member.name for role in company.partners] == ["Paul Partner"]
    assert [role.member.name for role in company.speakers] == ["Inês"]
    assert [role.member.name for role in company.leaders] == [HOSTILE]
    assert "Ana &lt;b&gt;&amp;&#x27;&quot; {{7*7}}" in text(answer) and "Fay, +233 20 000 0000" in text(answer)


def segments(event, lead=None) -> None:
    for number, (title, minutes, has_channel) in enumerate(
        [("Hello", 10, True), ("Video", 5, False), ("Talk", 30, True)]
    ):
        SegmentFactory.create(
            event=event, position=number, title=title, minutes=minutes, has_channel=has_channel,
            lead=lead if title == "Talk" else None,
        )  # fmt: skip


def test_interpreter_sees_the_whole_run_with_the_moments_without_channel(client, mine, workshop):
    segments(workshop)
    answer = client.get(path(mine))
    assert run_of(answer) == [("08:00–08:10", "Hello"), ("08:10–08:15", "Video"), ("08:15–08:45", "Talk")]
    assert text(answer).count("no channel here") == 1 and "All times are yours: Lima, UTC−5." in text(answer)


def test_name_of_who_no_longer_leads_is_not_shown(client, mine, workshop):
    lead = RoleFactory.create(event=workshop, member=MemberFactory.create(name="Leo Left"), kind="speaker")
    segments(workshop, lead=lead)
    assert "Leo Left · 30 min" in text(client.get(path(mine)))
    turn(lead, "declined")
    assert "Leo Left" not in text(client.get(path(mine)))


def test_speaker_sees_her_own_moments_only(client, mine, workshop):
    speaks = turn(mine, "accepted", kind="speaker", channel="")
    segments(workshop, lead=speaks)
    assert run_of(client.get(path(speaks))) == [("08:15–08:45", "Talk")]


def test_co_facilitator_sees_the_whole_run_and_what_is_hers(client, mine, workshop):
    leads = turn(mine, "accepted", kind="co_facilitator", channel="")
    segments(workshop, lead=leads)
    answer = client.get(path(leads))
    assert [moment.is_hers for moment in answer.context["moments"]] == [False, False, True]


def test_materials_of_the_team_are_listed_with_language_and_size(client, mine, workshop):
    MaterialFactory.create(
        event=workshop, title="Talk <1>", kind="slides", language="fr", url="", name="x.pdf", size=1_400_000,
        visibility="team", released_at=None,
    )  # fmt: skip
    shown = text(client.get(path(mine)))
    assert "Talk &lt;1&gt;" in shown and "Slides · French · 1.3 MB" in shown.replace("\xa0", " ")


# --- Hours ---


@pytest.fixture
def done(mine, workshop, clock) -> Role:
    clock.move_to(workshop.ends_at + timedelta(hours=1))
    return turn(mine, "accepted")


def test_hours_begin_with_the_length_and_can_be_corrected(client, done):
    assert re.search(r'id="id_minutes"[^>]* value="90"', text(client.get(path(done))))
    press(client, done, "minutes", minutes="90")
    page = press(client, done, "minutes", minutes="100")
    assert "You confirmed <strong>1 h 40 min</strong>." in text(page)
    assert Role.objects.get().minutes_worked == 100


@pytest.mark.parametrize("minutes", ["", "x", "0", "-5", "1441", "9" * 30, "1.5"])
def test_bad_hours_are_a_sentence_and_stay(client, done, minutes):
    answer = press(client, done, "minutes", minutes=minutes, follow=False)
    assert (answer.status_code, Role.objects.get().minutes_worked) == (422, None)
    assert f'value="{minutes}"' in text(answer) and 'aria-invalid="true"' in text(answer)


def test_after_two_weeks_hours_stay_as_they_are(client, done, workshop, clock):
    clock.move_to(workshop.ends_at + timedelta(days=14))
    assert buttons(client.get(path(done))) == []
    assert "14 days" in text(press(client, done, "minutes", minutes="90", follow=False))
    assert Role.objects.get().minutes_worked is None


def test_before_the_end_nobody_confirms_hours(client, mine):
    answer = press(client, turn(mine, "accepted"), "minutes", minutes="90", follow=False)
    assert answer.status_code == 422 and "when the event is over" in text(answer)


# --- Costs, and My page ---


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_and_three(client, mine, ana, workshop, rows, django_assert_num_queries):
    for number in range(rows):
        RoleFactory.create(event=workshop)
        RoleFactory.create(event=WorkshopFactory.create().event_ptr, member=ana)
        lead = RoleFactory.create(event=workshop, kind="speaker")
        SegmentFactory.create(event=workshop, position=number, lead=lead)
        MaterialFactory.create(event=workshop)
    with django_assert_num_queries(6):
        assert len(client.get(path(mine)).content) < 60_000


def test_my_page_leads_to_what_is_not_answered(client, mine, ana):
    client.force_login(ana)
    assert path(mine) in client.get(reverse("my_page")).content.decode()
    turn(mine, "accepted")
    assert path(mine) not in client.get(reverse("my_page")).content.decode()
