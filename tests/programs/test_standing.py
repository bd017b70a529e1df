"""How far one person has come in SSKE, in words for herself."""

from datetime import UTC, date, datetime

import pytest

from events import attendance_emails, kinds
from notices import drawers
from programs import standing
from programs.models import Cohort
from tests.factories import CohortFactory, EventFactory, MemberFactory, SessionFactory, WorkshopFactory
from tests.programs.cohorts import take_part, wider_group

AT = datetime(2026, 12, 1, tzinfo=UTC)  # the five sessions of October are over


def ahead(cohort, number) -> None:
    for one in range(number):
        SessionFactory.create(edition=cohort.edition, number=10 + one, wall_date=date(2026, 12, 9 + one))


def said(cohort, member) -> str:
    session = cohort.edition.sessions.order_by("number").first()
    event = session.event_ptr
    return kinds.of(event).standing(event, member, AT)


ON_TRACK = "You are still on track:"
TOO_FEW = "The sessions ahead are too few for that. Please write to us: we look for a way together."


@pytest.mark.parametrize(
    ("came", "coming", "words"),
    [
        (3, 0, "You have 3 sessions; 3 complete the programme. You have all that you need."),
        (2, 2, f"You have 2 sessions; 3 complete the programme. {ON_TRACK} 1 more is needed, and 2 are ahead."),
        (1, 2, f"You have 1 session; 3 complete the programme. {ON_TRACK} 2 more are needed, and 2 are ahead."),
        (0, 2, f"You have 0 sessions; 3 complete the programme. {TOO_FEW}"),
    ],
)
def test_words_follow_from_what_she_has_and_what_is_ahead(db, came, coming, words):
    cohort = wider_group()
    ana = take_part(cohort, MemberFactory.create(), came=came)
    ahead(cohort, coming)
    assert said(cohort, ana) == words


def test_who_takes_no_part_reads_of_nothing(db):
    cohort = wider_group()
    cy = MemberFactory.create()
    assert said(cohort, cy) == ""
    CohortFactory.create(edition=cohort.edition, kind=Cohort.Kind.CORE)
    assert said(cohort, cy) == ""


def test_workshop_counts_towards_nothing(db):
    workshop = WorkshopFactory.create().event_ptr
    assert kinds.of(workshop).standing(workshop, MemberFactory.create(), AT) == ""
    assert kinds.of(EventFactory.create()).standing(workshop, MemberFactory.create(), AT) == ""


def test_progress_stands_in_the_mail_in_her_language(db, monkeypatch):
    monkeypatch.setattr(standing, "_outlook", lambda *_: "OUTLOOK")
    cohort = wider_group()
    ana = take_part(cohort, MemberFactory.create(), came=2)
    rows = list(ana.attendances.values_list("event", "status"))
    made = attendance_emails.attendance_recorded(ana, AT.date(), dict(rows))
    text = drawers.draw("attendance_recorded", made.message.facts, at=AT).text
    assert text.count("OUTLOOK") == 1 and "You have 2 sessions; 3 complete the programme." in text
