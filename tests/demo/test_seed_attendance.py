"""Who takes part in the demo's editions, who came to what, and who completed it."""

from collections import Counter

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, F, Q

from events.models import Attendance, AttendanceEvidence, Event, Registration
from members.models import Member
from programs.models import Cohort, Enrolment
from tests.demo.test_seed_content import people_of

CAME = Q(status__in=["attended", "partial"])


def of_session(number: int, edition: str = "sske-2026-27"):
    return Attendance.objects.filter(event__slug=f"{edition}-session-{number}")


def test_core_group_has_19_women_22_men_and_one_who_does_not_say(demo):
    genders = Counter(people_of("sske-2026-27", Cohort.Kind.CORE).values_list("gender", flat=True))
    assert genders == {"woman": 19, "man": 22, "undisclosed": 1}


def test_everybody_in_a_cohort_is_enrolled_for_a_country_and_a_category(demo):
    rows = Enrolment.objects.values_list("cohort__edition__slug", "cohort__kind", "state")
    assert Counter(rows) == {
        ("sske-2026-27", "core", "active"): 42,
        ("sske-2026-27", "wider", "active"): 49,
        ("sske-2025", "core", "completed"): 35,
        ("sske-2025", "core", "incomplete"): 7,
        ("sske-2025", "wider", "completed"): 41,
        ("sske-2025", "wider", "incomplete"): 17,
    }
    assert not Enrolment.objects.filter(Q(category=None) | ~Q(country=F("member__country"))).exists()
    core = Enrolment.objects.filter(cohort__kind="core", cohort__edition__slug="sske-2026-27", country="DO")
    assert sorted(core.values_list("category__code", flat=True)) == [
        *["COOP", "CSO", "IND", "NCO", "PROD", "PUB", "WB"]
    ]


def test_running_edition_knows_who_came_to_three_sessions(demo):
    assert [of_session(number).filter(CAME).count() for number in range(4)] == [40, 37, 35, 0]
    assert [of_session(number).count() for number in range(4)] == [42, 42, 42, 0]
    excused = Attendance.objects.filter(event__slug__startswith="sske-2026-27", status="excused")
    assert [bool(row.excused_reason) for row in excused] == [True, True]
    recorded = Event.objects.filter(slug__startswith="sske-2026-27", attendance_recorded_at__isnull=False)
    assert recorded.count() == 3


def test_spring_gathering_knows_who_came(demo):
    workshops = Event.objects.filter(workshop__gathering__slug="spring-2026").order_by("starts_at", "id")
    came = workshops.annotate(came=Count("attendances", filter=Q(attendances__status="attended")))
    assert list(came.values_list("came", flat=True)) == [22, 19, 17, 11]
    assert not workshops.filter(attendance_recorded_at=None).exists()


@pytest.mark.parametrize(
    ("kind", "needed", "eligible"),
    [("core", settings.COMPLETION_CORE_SESSIONS, 35), ("wider", settings.COMPLETION_WIDER_SESSIONS, 41)],
)
def test_completed_edition_has_those_who_came_often_enough(demo, kind, needed, eligible):
    counted = Count("attendances", filter=Q(attendances__event__slug__startswith="sske-2025-") & Q(
        attendances__status__in=["attended", "made_up"]
    ))  # fmt: skip
    enough = people_of("sske-2025", kind).annotate(counted=counted).filter(counted__gte=needed)
    assert enough.count() == eligible
    assert set(enough) == set(
        Member.objects.filter(
            enrolments__cohort__edition__slug="sske-2025", enrolments__cohort__kind=kind, enrolments__state="completed"
        )
    )


def test_those_who_completed_were_there_for_the_hours_as_well(demo):
    for kind, hours in (("core", settings.COMPLETION_CORE_HOURS), ("wider", settings.COMPLETION_WIDER_HOURS)):
        for enrolment in Enrolment.objects.filter(state="completed", cohort__kind=kind):
            rows = Attendance.objects.filter(member=enrolment.member, event__slug__startswith="sske-2025-")
            assert sum(row.seconds for row in rows) >= hours * 3600


def test_attendance_agrees_with_its_evidence_and_with_who_had_a_seat(demo):
    for row in Attendance.objects.filter(source="file").select_related("event"):
        share = row.seconds / (row.event.minutes * 60)
        expected = "attended" if share >= settings.ATTENDED_MIN_SHARE else "partial" if share else "no_show"
        assert (row.status, row.computed_status) == (expected, expected)
    seats = Registration.objects.filter(event__attendance_recorded_at__isnull=False, state="confirmed")
    assert set(seats.values_list("event", "member")) == set(Attendance.objects.values_list("event", "member"))
    connections = Counter(AttendanceEvidence.objects.filter(source="file").values_list("event", "member"))
    assert connections == Counter(
        {(row.event_id, row.member_id): row.connections for row in Attendance.objects.filter(connections__gt=0)}
    )


def test_nothing_in_the_demo_breaks_an_invariant(demo):
    call_command("check_invariants")
