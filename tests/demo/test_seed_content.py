"""What is in the demo: the numbers of its tables, and rows that the actions could have written."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Count, F, Q

from events import reminders
from events.models import Event, Registration, Role, Transition
from forestallies.demo.accounts import ACCOUNTS, PASSWORD
from forestallies.demo.seed import doubles
from members import audiences
from members.audiences import Selection
from members.models import (
    Application,
    Community,
    ErasureRequest,
    ImportRow,
    Mailing,
    Member,
    MemberImport,
    Membership,
    Organisation,
    StakeholderCategory,
    Theme,
)
from notices.models import Notice
from programs.models import Cohort, Module, Programme, Session, SessionPlan
from tests.demo.conftest import DAY
from tests.demo.rows import texts
from tests.demo.test_seed_demo import account
from workshops.models import Gathering

AT = datetime.combine(DAY, time(9), tzinfo=UTC)
TRANSLATED = {
    Theme: ["name", "summary"],
    StakeholderCategory: ["name"],
    Community: ["name", "purpose"],
    Gathering: ["name", "summary"],
    Programme: ["name", "summary"],
    Module: ["name", "goals"],
    SessionPlan: ["title", "topics"],
    Event: ["title", "description"],
}


def people_of(edition: str, kind: str):
    return Member.objects.filter(enrolments__cohort__edition__slug=edition, enrolments__cohort__kind=kind)


def test_forest_allies_has_46_people_of_24_organisations_and_one_cooperative(demo):
    own = Membership.objects.exclude(member=account("member-GH")).exclude(member__email=doubles.TWICE)
    own = own.exclude(member__in=ImportRow.objects.filter(done__made=True).values("person"))
    organisations = Organisation.objects.filter(memberships__in=own).distinct()
    assert own.count() == 45
    assert Counter(one.kind for one in organisations) == {"COMP": 10, "COMM": 9, "NGO": 2, "RES": 2, "FUND": 1}
    assert set(own.filter(stakeholder="COMM").values_list("organisation__country", flat=True)) == {
        *["GT", "CM", "ID", "PE", "CO"]
    }
    assert Community.objects.get().circle.belongings.count() == 50  # one is there twice, three came by a list


def test_list_was_brought_in_with_rows_that_are_wrong_and_one_of_its_people_waits_to_be_erased(demo):
    batch = MemberImport.objects.get()
    assert (batch.state, batch.counts["create"], batch.counts["update"]) == ("done", 3, 1)
    assert (batch.counts["skip"], batch.counts["bad"]) == (1, 3)
    wish = ErasureRequest.objects.get()
    assert (wish.state, wish.member.name, wish.member.is_demo) == ("waiting", "Yéssica Palosanto", True)
    assert wish.due_at > AT


def test_core_group_has_seven_people_a_country_in_their_languages_and_zones(demo):
    core = people_of("sske-2026-27", Cohort.Kind.CORE)
    assert Counter(core.values_list("country", flat=True)) == dict.fromkeys(["GH", "CI", "CO", "PE", "BR", "DO"], 7)
    assert Counter(core.values_list("language", flat=True)) == {"en": 7, "fr": 7, "es": 21, "pt-br": 7}
    assert Counter(core.filter(country="BR").values_list("zone", flat=True)) == {
        "America/Bahia": 4,
        "America/Belem": 2,
        "America/Porto_Velho": 1,
    }
    assert Organisation.objects.filter(affiliations__member__in=core).distinct().count() == 42


def test_wider_group_is_admitted_and_not_yet_registered(demo):
    wider = people_of("sske-2026-27", Cohort.Kind.WIDER)
    assert wider.count() == 49
    assert not Registration.objects.filter(member__in=wider).exists()
    session = Event.objects.get(slug="sske-2026-27-session-6")
    assert session.takes_registrations(AT)
    assert Event.objects.for_audience_of(wider[0], at=AT).filter(pk=session.pk).exists()


def test_workshops_have_the_seats_of_the_table(demo):
    workshops = Event.objects.filter(kind="workshop", capacity__isnull=False).order_by("starts_at", "id")
    rows = workshops.annotate(
        taken=Count("registrations", filter=Q(registrations__state__in=Registration.SEATED)),
        waits=Count("registrations", filter=Q(registrations__state="waitlisted")),
    )
    assert [(row.capacity, row.taken, row.waits) for row in rows] == [
        *[(24, 24, 0), (24, 19, 0), (24, 17, 0), (12, 11, 0)],
        *[(24, 24, 5), (24, 19, 0), (24, 11, 0), (40, 28, 0)],
    ]


def test_nothing_is_oversold_and_nobody_waits_beside_a_free_seat(demo):
    taken = Count("registrations", filter=Q(registrations__state__in=Registration.SEATED))
    waits = Count("registrations", filter=Q(registrations__state="waitlisted"))
    events = Event.objects.filter(capacity__isnull=False).annotate(taken=taken, waits=waits)
    assert not events.filter(taken__gt=F("capacity")).exists()
    assert not events.filter(taken__lt=F("capacity"), waits__gt=0).exists()
    line = Registration.objects.waiting().values_list("queue_no", flat=True)
    assert list(line) == [1, 2, 3, 4, 5]


def test_every_registration_has_the_transition_that_made_it(demo):
    made = Transition.objects.filter(from_state="").values_list("registration", "to_state", "at")
    offered = Registration.objects.get(state="offered")
    entered = Registration.objects.exclude(pk=offered.pk).values_list("pk", "state", "created_at")
    assert Counter(made) == Counter([*entered, (offered.pk, "waitlisted", offered.created_at)])
    assert offered.transitions.latest("id").to_state == "offered"
    assert offered.offer_expires_at > AT
    by_portal = Transition.objects.filter(by=None, from_state="").values_list("registration__event__kind", flat=True)
    assert Counter(by_portal) == {"session": 42 * 11 * 2}


def test_applications_wait_in_the_queue_and_one_names_a_known_organisation(demo):
    states = Counter(Application.objects.values_list("state", flat=True))
    assert states == {"submitted": 3, "in_review": 1, "info_requested": 1, "declined": 2}
    known = [one for one in Application.objects.open() if Organisation.objects.named(one.organisation_name).exists()]
    assert [one.name for one in known] == ["Beatriz Encinalejo"]


def test_demo_accounts_can_sign_in(demo):
    for wanted in ACCOUNTS:
        member = Member.objects.get(email=wanted.email)
        assert (member.name, member.is_demo, member.is_superuser) == (wanted.name, True, wanted.key == "admin")
        assert member.check_password(PASSWORD)
        addresses = EmailAddress.objects.filter(user=member).values_list("email", "verified", "primary")
        assert list(addresses) == [(wanted.email, True, True)]


def test_only_the_accounts_can_sign_in(demo):
    usable = {member.email for member in Member.objects.all() if member.has_usable_password()}
    assert usable == {one.email for one in ACCOUNTS}


def test_newcomer_has_the_road_before_her(demo):
    ama, event = account("member-GH"), Event.objects.get(slug="autumn-2026-gender-equality")
    assert not ama.registrations.filter(event__kind="workshop").exists()
    sessions = Session.objects.filter(registrations__member=ama)
    assert Counter(sessions.values_list("edition__slug", flat=True)) == {"sske-2026-27": 11, "sske-2025": 5}
    assert Event.objects.for_audience_of(ama, at=AT).filter(pk=event.pk).exists()
    assert event.takes_registrations(AT)


def test_first_in_line_moves_up_when_the_account_with_a_seat_cancels(demo):
    full = Event.objects.get(slug="autumn-2026-ecosystem-services")
    assert Registration.objects.get(event=full, member=account("member-GT")).queue_no == 1
    assert Registration.objects.get(event=full, member=account("member-ID")).state == "confirmed"
    assert not Registration.objects.filter(event=full, member=account("member-NL")).exists()


def test_a_reminder_is_due_at_every_hour_of_the_day(demo):
    sanne = account("member-NL")
    for hour in range(24):
        due = reminders.due(at=datetime.combine(DAY, time(hour), tzinfo=UTC))
        assert any(rows.filter(member=sanne).exists() for _lead, rows in due), hour


def test_staff_have_rights_on_both_programmes_and_roles_on_the_events(demo):
    rights = Counter(Member.objects.filter(grants__isnull=False).values_list("grants__right", "grants__circle__kind"))
    assert rights == {
        ("coordinator", "community"): 2,
        ("coordinator", "edition"): 4,
        ("facilitator", "community"): 2,
        ("facilitator", "edition"): 4,
        ("coach", "edition"): 2,
        ("organisation_contact", None): 2,
    }
    channels = Role.objects.filter(kind="interpreter", event__slug="sske-2026-27-session-4")
    assert sorted(channels.values_list("channel", flat=True)) == ["es", "es", "fr", "fr"]


def test_words_stand_in_all_four_languages(demo):
    suffixes = [code.replace("-", "_") for code, _name in settings.LANGUAGES]
    missing = [
        (model.__name__, row.pk, f"{name}_{suffix}")
        for model, names in TRANSLATED.items()
        for row in model.objects.all()
        for name in names
        for suffix in suffixes
        if not getattr(row, f"{name}_{suffix}")
    ]
    assert missing == []


def test_everybody_is_invented(demo):
    assert not Member.objects.exclude(email__endswith="@example.org").exists()
    assert not Member.objects.filter(is_demo=False).exists()
    assert not Application.objects.exclude(email__endswith="@example.org").exists()
    assert not Organisation.objects.exclude(name__endswith=" (demo)").exists()
    assert not Organisation.objects.filter(is_demo=False).exists()
    named = Application.objects.exclude(organisation_name="")
    assert not named.exclude(organisation_name__endswith=" (demo)").exists()
    numbers = [text for text in texts() if text.startswith("+") or "tel:" in text]
    assert [text for text in numbers if not text.startswith("+00 ")] == []  # no country has that code


def test_registrations_lie_before_the_event_and_before_today(demo):
    late = Registration.objects.filter(
        Q(created_at__gte=F("event__starts_at") - timedelta(hours=24)) | Q(created_at__gt=AT)
    )
    assert not late.exists()


def test_coordinator_has_a_letter_that_was_sent_and_a_draft(demo):
    sent, draft = Mailing.objects.order_by("created_at")
    assert (sent.state, draft.state, sent.sent_by.name) == ("sent", "draft", "Nadia Coulibaly")
    assert sent.sent_at == datetime(2026, 11, 18, 9, tzinfo=UTC)
    states = Notice.objects.values_list("state").annotate(number=Count("pk"))
    assert dict(states) == {"sent": sent.count - 1, "failed": 1}
    assert sent.count == audiences.spread(Selection.parse(sent.audience), at=sent.sent_at).count > 20
