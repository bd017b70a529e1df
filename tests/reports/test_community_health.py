"""The page on how a community fares, and its files: numbers, no names, small ones hidden in what leaves."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.models import Entry
from forestallies.reports.confidence import trends
from members.models import Confidence
from tests.factories import AttendanceFactory, DisputeFactory, MembershipFactory
from tests.world import sign_in

JOINED = datetime(2026, 1, 5, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return bo


def members(community, number):
    made = [MembershipFactory.create(community=community, organisation=None, joined_at=JOINED) for _ in range(number)]
    return [membership.member for membership in made]


def say(community, people, values, *, year=2026, half=1):
    Confidence.objects.bulk_create(
        Confidence(member=one, community=community, year=year, half=half, value=value, answered_at=JOINED)
        for one, value in zip(people, values, strict=True)
    )


def shown(bo, community) -> str:
    address = reverse("community_health", args=[community.slug])
    return " ".join(sign_in(bo).get(address).content.decode().split())


def test_page_tells_bands_confidence_and_disputes_without_a_name(bo, community, workshop):
    people = members(community, 6)
    say(community, people, [5, 4, 4, 4, 2, 1])
    DisputeFactory.create(attendance=AttendanceFactory.create(event=workshop, member=people[0]))
    page = shown(bo, community)
    assert "2026-Q4" in page and "2026-H1" in page and "1 mistake in attendance was reported" in page
    assert not any(one.name in page for one in people)


def test_few_answers_and_the_running_half_are_not_shown(community, at):
    people = members(community, 5)
    say(community, people[:4], [1, 2, 3, 4], year=2025, half=2)
    say(community, people, [1, 2, 3, 4, 5], half=1)
    say(community, people, [5, 5, 5, 5, 5], half=2)
    found = trends(community, at=at)
    assert [(one.answers, one.numbers, one.median) for one in found] == [
        (4, (), None), (5, (1, 1, 1, 1, 1), 3.0), (5, (), None),
    ]  # fmt: skip


def test_questions_left_out_are_no_answers(community, at):
    say(community, members(community, 6), [5, 5, 5, 5, None, None])
    assert [(one.answers, one.is_shown) for one in trends(community, at=at)] == [(4, False)]


def test_reader_of_another_community_finds_nothing(cy, bo, community):
    address = reverse("community_health", args=["nothing"])
    assert sign_in(bo).get(address).status_code == 404
    assert sign_in(cy).get(reverse("community_health", args=[community.slug])).status_code == 403


def test_file_hides_small_cells_and_is_recorded(bo, community):
    members(community, 6)
    answer = sign_in(bo).get(reverse("community_health_download", args=[community.slug, "engagement", "csv"]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    last = rows[-1]
    assert (last["quarter"], last["members"], last["dormant"], last["suppressed"]) == ("2026-Q4", "6", "6", "false")
    assert Entry.objects.get(verb="report.exported").detail["report"] == "engagement"


@pytest.mark.parametrize("name", ["engagement", "confidence"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_command_writes_the_file(community, tmp_path, name, form):
    say(community, members(community, 3), [1, 2, 3])
    out, said = tmp_path / f"x.{form}", io.StringIO()
    call_command("export_report", name, community=community.slug, format=form, out=str(out), stdout=said)
    assert said.getvalue() == f"{4 if name == 'engagement' else 1} rows are in {out}.\n"
    assert out.stat().st_size > 50


def test_small_community_is_hidden_whole(community, tmp_path):
    members(community, 3)
    out = tmp_path / "x.csv"
    options = {"community": community.slug, "format": "csv", "out": str(out), "stdout": io.StringIO()}
    call_command("export_report", "engagement", **options)
    last = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))[-1]
    assert [last[name] for name in ("members", "core", "active", "peripheral", "dormant")] == [""] * 5
    assert last["suppressed"] == "true"


def test_report_of_a_community_wants_a_community(edition, tmp_path):
    with pytest.raises(CommandError, match="engagement is about a community") as refusal:
        call_command("export_report", "engagement", edition=edition.slug, format="csv", out=str(tmp_path / "x"))
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("number", [1, 12])
def test_page_costs_the_same_for_few_and_many(bo, community, number, django_assert_num_queries):
    say(community, members(community, number), [3] * number)
    browser, address = sign_in(bo), reverse("community_health", args=[community.slug])
    browser.get(address)
    with django_assert_num_queries(10):
        browser.get(address)
