"""What becomes of each thing that both records of a person have; and whose records may not be merged."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail as django_mail
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import Entry
from certificates.models import Certificate
from events.invariants import violations
from events.models import Attendance, AttendanceEvidence, Feedback, FeedbackReceipt, RoomNote
from forestallies.merging.merge import MergeRefused, merge_people, try_out
from members.actions import applications, people
from members.listing_emails import INTRODUCTION
from members.models import (
    Consent,
    ContactRequest,
    ErasureRequest,
    FormerAddress,
    Grant,
    Introduction,
    Member,
    Membership,
    Merged,
)
from notices.models import Notice, Preference
from notices.stopping import STOP
from programs.candidates import certificate_key
from tests.certificates import papers
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    CircleFactory,
    CohortFactory,
    ContactRequestFactory,
    DirectoryEntryFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MemberFactory,
    MembershipFactory,
    ThemeFactory,
    join,
)
from tests.notices.servers import deliver


@pytest.fixture
def bea(community) -> Member:
    """The same person as Ana, known a second time."""
    return join(MemberFactory.create(name="Ana Quíspe", email="ana.q@example.net", country="PE"), community.circle)


@pytest.fixture
def merge(ana, bea, bo, at):
    def merge(by=bo, kept=ana, other=bea, **chosen):
        return merge_people(kept_id=kept.pk, other_id=other.pk, chosen=chosen, by=by, at=at)

    return merge


def test_chosen_values_stay_and_empty_ones_are_filled(ana, bea, merge):
    Member.objects.filter(pk=bea.pk).update(zone="Africa/Accra", gender="woman")
    merge(name="other")
    ana.refresh_from_db()
    assert (ana.name, ana.zone, ana.gender, ana.email) == ("Ana Quíspe", "America/Lima", "woman", "ana@example.org")


def test_both_histories_name_the_other(ana, bea, bo, merge, at):
    merge(name="other")
    gone = Merged.objects.get(former_id=bea.pk)
    assert (gone.member, gone.by, gone.at) == (ana, bo, at)
    detail = Entry.objects.get(verb="member.merged", subject_id=ana.pk).detail
    assert (detail["other"], detail["fields"]) == (bea.pk, ["name"])
    assert Entry.objects.get(verb="member.merged_away", subject_id=bea.pk).detail == {
        "into": ana.pk, "made": bea.created_at.isoformat(),
    }  # fmt: skip


def test_active_membership_stays_since_the_earlier_day(ana, bea, merge, community, at):
    early = at - timedelta(days=300)
    MembershipFactory.create(member=ana, community=community, state="ended", ended_at=at, joined_at=at)
    active = MembershipFactory.create(member=bea, community=community, joined_at=early)
    merge()
    row = Membership.objects.get()
    assert (row.member, row.state, row.joined_at, row.ended_at) == (ana, "active", early, None)
    assert row.organisation == active.organisation


def span(event, member, start: int, end: int) -> None:
    AttendanceEvidence.objects.create(
        event=event, member=member, source="file", created_at=event.ends_at,
        joined_at=event.starts_at + timedelta(minutes=start), left_at=event.starts_at + timedelta(minutes=end),
    )  # fmt: skip


def test_no_minute_of_attendance_counts_twice(ana, bea, merge, workshop):
    for member, start, end in ((ana, 0, 40), (bea, 30, 60)):
        span(workshop, member, start, end)
        AttendanceFactory.create(
            event=workshop, member=member, status="partial", seconds=(end - start) * 60, source="file"
        )
    merge()
    row = Attendance.objects.get()
    assert (row.member, row.status, row.seconds) == (ana, "partial", 60 * 60)


@pytest.mark.parametrize(
    ("kept", "other", "stays"), [("no_show", "attended", "attended"), ("excused", "no_show", "excused")]
)
def test_the_better_mark_stays(ana, bea, merge, workshop, kept, other, stays):
    AttendanceFactory.create(event=workshop, member=ana, status=kept)
    AttendanceFactory.create(event=workshop, member=bea, status=other)
    merge()
    assert Attendance.objects.get().status == stays


def test_feedback_of_both_stays_and_its_count_is_right(ana, bea, merge, workshop, at):
    for member in (ana, bea):
        Feedback.objects.create(event=workshop, member=member)
        FeedbackReceipt.objects.create(event=workshop, member=member)
    merge()
    assert (Feedback.objects.filter(member=ana).count(), FeedbackReceipt.objects.get().forms) == (2, 2)
    assert list(violations(at=at)) == []


def test_notes_of_both_are_put_together(ana, bea, merge, workshop, at):
    for member, words in ((ana, "One."), (bea, "Two.")):
        RoomNote.objects.create(event=workshop, author=member, words=words, updated_at=at)
    merge()
    assert RoomNote.objects.get().words == "One.\n\nTwo."


def test_certificates_of_both_stay_valid_and_none_is_issued_anew(ana, bea, merge):
    cohort, other = CohortFactory.create(), CohortFactory.create()
    twice = [papers.issued(who, key=certificate_key(cohort, who.pk)) for who in (ana, bea)]
    alone = papers.issued(bea, key=f"programs.cohort:{other.pk + 1}:member:{bea.pk}")
    merge()
    assert Certificate.objects.valid().filter(holder=ana).count() == 3
    alone.refresh_from_db()
    assert alone.key.endswith(f":member:{ana.pk}")
    assert {row.pk for row in twice} <= set(Certificate.objects.values_list("pk", flat=True))


def test_nothing_hidden_in_one_card_is_shown_by_the_other(ana, bea, merge):
    card = DirectoryEntryFactory.create(member=ana, about="", languages=[])
    hidden = DirectoryEntryFactory.create(member=bea, about="Secret", shows_about=False, languages=["es"])
    hidden.themes.add(ThemeFactory.create())
    merge()
    card.refresh_from_db()
    assert (card.about, card.languages, card.themes.count()) == ("", ["es"], 1)


def test_requests_between_the_two_go_and_of_two_with_one_other_the_further_one_stays(ana, bea, cy, merge, at):
    ContactRequestFactory.create(asker=ana, asked=bea)
    weak = ContactRequestFactory.create(asker=ana, asked=cy)
    strong = ContactRequestFactory.create(asker=bea, asked=cy, state="accepted", closed_at=at)
    merge()
    states = dict(ContactRequest.objects.values_list("pk", "state"))
    assert states == {weak.pk: "withdrawn", strong.pk: "accepted"}
    assert set(ContactRequest.objects.values_list("asker", flat=True)) == {ana.pk}


def test_nobody_is_introduced_to_herself(ana, bea, merge):
    IntroductionFactory.create(
        need=ListingFactory.create(member=ana), offer=ListingFactory.create(member=bea, kind="offer")
    )
    other = IntroductionFactory.create(need=ListingFactory.create(member=bea))
    merge()
    assert list(Introduction.objects.all()) == [other]
    assert ana.listings.count() == 3


def test_what_she_took_back_at_either_is_taken_back(ana, bea, merge, at):
    given, later = at - timedelta(days=9), at - timedelta(days=3)
    Consent.objects.create(member=ana, term="privacy", version="1", language="es", given_at=at - timedelta(days=6))
    Consent.objects.create(member=bea, term="privacy", version="1", language="es", given_at=given, withdrawn_at=later)
    merge()
    assert set(Consent.objects.values_list("member", "withdrawn_at")) == {(ana.pk, later)}


@pytest.mark.parametrize("earlier", ["ana", "bea"])
def test_of_two_consents_the_earlier_one_counts(ana, bea, merge, at, earlier):
    given = {"ana": at - timedelta(days=2), "bea": at - timedelta(days=2), earlier: at - timedelta(days=6)}
    for name, member in (("ana", ana), ("bea", bea)):
        Consent.objects.create(member=member, term="privacy", version="1", language="es", given_at=given[name])
    merge()
    assert list(Consent.objects.values_list("member", "given_at")) == [(ana.pk, at - timedelta(days=6))]


def test_who_said_no_at_either_gets_none(ana, bea, merge, at):
    Preference.objects.create(member=ana, kind="x", wanted=True, changed_at=at)
    Preference.objects.create(member=bea, kind="x", wanted=False, changed_at=at)
    merge()
    assert Preference.objects.get().wanted is False


# --- Signing in ---


def prove(member: Member) -> None:
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)


def test_proved_address_goes_on_working_beside_the_kept_one(ana, bea, merge):
    prove(ana)
    prove(bea)
    Authenticator.objects.create(user=bea, type="totp", data={})
    merge()
    rows = EmailAddress.objects.filter(user=ana).order_by("email").values_list("email", "verified", "primary")
    assert list(rows) == [("ana.q@example.net", True, False), ("ana@example.org", True, True)]
    assert not Authenticator.objects.exists()


def test_address_that_nobody_proved_opens_nothing_and_lets_her_be_recognised(ana, bea, bo, merge, community, at):
    EmailAddress.objects.create(user=bea, email=bea.email, verified=False, primary=True)
    merge()
    assert not EmailAddress.objects.filter(email="ana.q@example.net").exists()
    assert Member.objects.by_address(" ANA.Q@example.net").get() == ana
    guest = people.Newcomer(name="A", email="ana.q@example.net", language="en", zone="UTC")
    assert people.known_or_new(newcomer=guest, by=bo, at=at) == ana
    application = ApplicationFactory.create(community=community, email="ana.q@example.net")
    assert applications.approve(application=application, organisation=None, by=bo, at=at).member == ana


def test_nobody_else_is_given_her_former_address(ana, bea, cy, merge):
    merge()
    cy.email = "ana.q@example.net"
    with pytest.raises(ValidationError, match="Somebody else is known by this address"):
        cy.full_clean()
    ana.email = "ana.q@example.net"
    ana.full_clean()


def test_who_had_no_address_gets_the_others_with_its_sign_in(ana, bea, merge):
    Member.objects.filter(pk=ana.pk).update(email=None)
    bea.set_password("a long word of hers")
    bea.save(update_fields=["password"])
    prove(bea)
    Authenticator.objects.create(user=bea, type="totp", data={})
    assert merge().signs_in_anew
    ana.refresh_from_db()
    assert ana.email == "ana.q@example.net" and ana.check_password("a long word of hers")
    assert EmailAddress.objects.get().user == Authenticator.objects.get().user == ana
    assert not FormerAddress.objects.exists()


def test_sessions_of_the_other_end_and_those_of_the_kept_go_on(ana, bea, merge, client):
    client.force_login(bea)
    assert client.get("/me/").status_code == 200
    merge()
    assert client.get("/me/").status_code == 302
    client.force_login(ana)
    assert client.get("/me/").status_code == 200


def test_waiting_mails_go_to_the_kept_address_and_sign_in_mails_do_not_go(ana, bea, merge, at):
    for key, priority in (("a", Notice.Priority.ANSWER), ("b", Notice.Priority.SIGN_IN)):
        Notice.objects.create(
            key=key, kind="x", recipient=bea, address=bea.email, language="en", message_id=key, created_at=at,
            next_attempt_at=at, expires_at=at + timedelta(days=1), priority=priority,
        )  # fmt: skip
    merge()
    rows = Notice.objects.filter(key__in="ab").order_by("key").values_list("recipient", "address", "state")
    assert list(rows) == [(ana.pk, ana.email, "queued"), (ana.pk, bea.email, "cancelled")]


def test_both_mailboxes_are_told_and_neither_reads_the_other_address(ana, bea, bo, merge, at):
    """Else a coordinator could open somebody's record to a mailbox of her own, and nobody would know."""
    merge()
    deliver(at)
    assert sorted(mail.to for mail in django_mail.outbox) == [["ana.q@example.net"], ["ana@example.org"]]
    assert {bo.name in mail.body for mail in django_mail.outbox} == {True}
    assert [mail for mail in django_mail.outbox if "@example" in mail.body.partition("--")[0]] == []


def test_links_in_her_old_mails_lead_to_the_kept_record(ana, bea, merge, client):
    stop = STOP.token(f"{bea.pk}:materials_posted")
    met = IntroductionFactory.create(need=ListingFactory.create(member=bea))
    introduction = INTRODUCTION.token(f"{met.pk}:{bea.pk}")
    merge()
    client.post(f"/messages/stop/{stop}/", {"List-Unsubscribe": "One-Click"})
    assert Preference.objects.get().member == ana
    assert client.get(f"/introduction/{introduction}/").status_code == 200


# --- Whose records stay as they are ---


def refused(merge, **arguments) -> str:
    with pytest.raises(MergeRefused) as refusal:
        merge(**arguments)
    return str(refusal.value)


def test_nobody_is_merged_with_herself_or_by_herself(ana, bea, bo, merge):
    assert refused(merge, other=ana) == "These two are one record already. Please choose another one."
    join(bo, ana.belongings.get().circle)
    assert refused(merge, kept=bo) == "Nobody merges her or his own record. Please ask another coordinator."
    with pytest.raises(PermissionDenied):
        merge(by=ana, kept=bea, other=bo)


def test_administrators_and_people_elsewhere_are_beyond_a_coordinator(ana, bea, cy, merge):
    assert refused(merge, kept=cy) == "One of these people is not in a group that you coordinate."
    Member.objects.filter(pk=bea.pk).update(is_superuser=True)
    assert refused(merge) == "Only an administrator merges the record of an administrator."
    root = MemberFactory.create(is_superuser=True)
    merge(by=root)
    assert not Member.objects.get(pk=ana.pk).is_superuser


def test_rights_elsewhere_cannot_be_gained_by_merging(bea, merge, at):
    grant = GrantFactory.create(member=bea, circle=CircleFactory.create(), right=Grant.Right.COORDINATOR)
    assert refused(merge) == (
        "One of these people works for a group that you do not coordinate. Please ask an administrator."
    )
    Grant.objects.filter(pk=grant.pk).update(ends_at=at)
    merge()


def test_account_that_is_switched_off_stays_so(bea, merge):
    Member.objects.filter(pk=bea.pk).update(is_active=False)
    assert refused(merge).startswith("This person’s account is switched off")


@pytest.mark.parametrize("state", ["asked", "waiting"])
def test_wish_to_be_erased_is_not_handed_to_another_record(ana, bea, merge, at, state):
    """Else whoever may ask for somebody without a sign-in erases somebody with one, and nobody asks her."""
    day = at if state == "waiting" else None
    wish = ErasureRequest.objects.create(member=bea, asked_at=at, state=state, confirmed_at=day, due_at=day)
    words = "One of these two is to be erased. Please wait for that day, or have it taken back first."
    assert refused(merge) == refused(merge, kept=bea, other=ana) == words
    ErasureRequest.objects.filter(pk=wish.pk).update(state="withdrawn", ended_at=at)
    merge()
    assert not ErasureRequest.objects.open().exists()


def test_nobody_becomes_one_with_an_erased_person(ana, bea, merge, at):
    root = MemberFactory.create(is_superuser=True)
    Member.objects.filter(pk=bea.pk).update(email=None, is_active=False, erased_at=at)
    words = "This person was erased already."
    assert refused(merge, by=root) == refused(merge, by=root, kept=bea, other=ana) == words


def test_right_that_begins_tomorrow_counts_already(bea, merge, at):
    tomorrow = at + timedelta(days=1)
    GrantFactory.create(member=bea, circle=CircleFactory.create(), right=Grant.Right.COORDINATOR, starts_at=tomorrow)
    assert refused(merge).startswith("One of these people works for a group that you do not coordinate.")


def test_second_merge_says_that_it_was_done(ana, merge):
    merge()
    assert refused(merge) == "One of these two was merged with another record already."
    assert Member.objects.filter(pk=ana.pk).exists()


def test_trial_says_what_would_happen_and_changes_nothing(ana, bea, bo, at):
    entries = Entry.objects.count()
    report = try_out(merge_people, kept_id=ana.pk, other_id=bea.pk, chosen={}, by=bo, at=at)
    assert [(line.label, line.done.united) for line in report.lines][:1] == [("Groups", 1)]
    assert Member.objects.filter(pk=bea.pk).exists()
    assert Entry.objects.count() == entries
