"""A letter: saved as often as one likes, sent once, to each person once, in her own language and hour."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from forestallies.lib import clock as portal_clock
from members import audiences, mailing_emails
from members.actions import mailings
from members.actions.mailings import MailingChanged, MailingRefused
from members.audiences import Selection
from members.models import CircleMember, Mailing, Member
from members.models.mailings import Words
from notices import delivery, drawers
from notices.models import Notice
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.factories import MemberFactory, RegistrationFactory
from tests.members.letters import FRENCH, SPANISH, everybody, letter, people

ENGLISH = Words("New link", "Use https://meet.example.org/new from now on, {name}.")


@pytest.fixture
def circle(community):
    return community.circle


def verbs(mailing_id: int) -> list[str]:
    entries = Entry.objects.filter(subject_type="members.mailing", subject_id=mailing_id)
    return list(entries.order_by("id").values_list("verb", flat=True))


def words_of(notice: Notice):
    return drawers.draw(notice.kind, notice.facts, at=NOW)


def test_letter_goes_once_to_each_in_her_own_language(bo, circle, at):
    es, fr = people(circle, "es", "fr")
    people(circle, "fr", email=None)
    mailing = mailings.send(mailing=letter(circle, bo, {"es": SPANISH, "fr": FRENCH}), expected=2, by=bo, at=at)
    assert (mailing.state, mailing.count, mailing.sent_by, mailing.sent_at) == ("sent", 2, bo, at)
    sent = {notice.recipient: notice for notice in Notice.objects.all()}
    assert set(sent) == {es, fr}
    assert [(sent[one].key, sent[one].language, sent[one].kind) for one in (es, fr)] == [
        (f"letter:{mailing.pk}:{es.pk}", "es", "letter"),
        (f"letter:{mailing.pk}:{fr.pk}", "fr", "letter"),
    ]
    assert words_of(sent[es]).subject == "Nuevo enlace"
    assert f"Voici le nouveau lien, {fr.name}." in words_of(sent[fr]).text


@pytest.mark.parametrize(("read", "subject"), [("pt-br", "New link"), ("es", "Nuevo enlace"), ("fr", "Nouveau lien")])
def test_who_changes_her_language_after_the_sending_gets_words_all_the_same(bo, circle, at, read, subject):
    [es] = people(circle, "es")
    written = {"es": SPANISH, "en": ENGLISH, **({"fr": FRENCH} if read == "fr" else {})}
    mailings.send(mailing=letter(circle, bo, written), by=bo, at=at)
    Member.objects.filter(pk=es.pk).update(language=read)
    assert words_of(Notice.objects.get()).subject == subject


def test_without_english_she_gets_the_language_there_is(bo, circle, at):
    [es] = people(circle, "es")
    mailings.send(mailing=letter(circle, bo, {"es": SPANISH}), by=bo, at=at)
    Member.objects.filter(pk=es.pk).update(language="fr")
    assert words_of(Notice.objects.get()).subject == "Nuevo enlace"


def test_letters_name_the_circle_and_the_letter(bo, circle, at):
    people(circle, "en")
    mailing = mailings.send(mailing=letter(circle, bo, {"en": ENGLISH}), by=bo, at=at)
    notice = Notice.objects.get()
    assert notice.about == [f"members.circle:{circle.pk}", f"members.mailing:{mailing.pk}"]
    assert (notice.priority, notice.expires_at) == (Notice.Priority.OPTIONAL, at + timedelta(days=7))


def test_letter_to_an_event_says_its_title_and_each_readers_own_hour(bo, workshop, at):
    lima = MemberFactory.create(zone="America/Lima", language="es")
    RegistrationFactory.create(event=workshop, member=lima)
    selection = Selection(of="event", id=workshop.pk, groups=("confirmed",))
    words = {"es": Words("{event}", "Empieza {when}.")}
    made = mailings.begin(selection=selection, words=words, english_instead=False, is_important=False, by=bo, at=at)
    mailings.send(mailing=made, by=bo, at=at)
    notice = Notice.objects.get()
    assert notice.about[0] == f"events.event:{workshop.pk}"
    drawn = words_of(notice)
    assert drawn.subject == workshop.title
    assert "Empieza miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)." in drawn.text


def test_important_letter_is_another_kind_and_is_written_down(bo, circle, at):
    people(circle, "en")
    mailing = mailings.send(mailing=letter(circle, bo, {"en": ENGLISH}, is_important=True), by=bo, at=at)
    notice = Notice.objects.get()
    assert (notice.kind, notice.priority) == ("letter_important", Notice.Priority.ANSWER)
    entry = Entry.objects.get(verb="mailing.sent", subject_id=mailing.pk)
    assert entry.detail == {"count": 1, "important": True, "audience": "circle", "languages": {"en": 1}}


def test_english_goes_instead_when_the_writer_says_so(bo, circle, at):
    people(circle, "fr")
    mailing = letter(circle, bo, {"en": ENGLISH})
    with pytest.raises(MailingRefused, match=r"^French: 1 person reads it, and there is no text in it\."):
        mailings.send(mailing=mailing, by=bo, at=at)
    assert Notice.objects.count() == 0
    Mailing.objects.update(english_instead=True)
    mailings.send(mailing=mailing, by=bo, at=at)
    notice = Notice.objects.get()
    assert (notice.language, words_of(notice).subject) == ("en", "New link")


def test_number_that_changed_since_it_was_shown_sends_nothing(bo, circle, at):
    people(circle, "en", "en")
    mailing = letter(circle, bo, {"en": ENGLISH})
    with pytest.raises(MailingRefused, match="meanwhile it would go to 2 people"):
        mailings.send(mailing=mailing, expected=1, by=bo, at=at)
    assert (Notice.objects.count(), Mailing.objects.get().state) == (0, "draft")


def test_sent_letter_is_neither_sent_nor_changed_nor_removed_again(bo, circle, at):
    people(circle, "en")
    mailing = mailings.send(mailing=letter(circle, bo, {"en": ENGLISH}), by=bo, at=at)
    selection = Selection.parse(mailing.audience)
    again = {"mailing": mailing, "by": bo, "at": at}
    options = {"version": 1, "selection": selection, "words": {}, "english_instead": False, "is_important": False}
    for act, given in ((mailings.send, {}), (mailings.save, options), (mailings.remove, {})):
        with pytest.raises(MailingRefused, match="sent already"):
            act(**again, **given)
    assert (Notice.objects.count(), verbs(mailing.pk)) == (1, ["mailing.sent"])
    assert Mailing.objects.get().words("en") == ENGLISH


def test_who_saves_over_another_is_told_and_may_insist(bo, circle, at):
    mailing = letter(circle, bo, {"en": ENGLISH})
    options = {"selection": Selection.parse(everybody(circle)), "english_instead": False, "is_important": False}

    def save(version, subject):
        words = {"en": Words(subject, "Text")}
        return mailings.save(mailing=mailing, version=version, words=words, **options, by=bo, at=at)

    assert save(1, "First").version == 2
    with pytest.raises(MailingChanged, match="Bo Dupont changed this letter meanwhile") as refusal:
        save(1, "Second")
    assert Mailing.objects.get().words("en").subject == "First"
    assert save(refusal.value.version, "Second").words("en").subject == "Second"


def test_trial_goes_to_the_writer_alone_and_is_no_copy_of_the_letter(bo, circle, at):
    people(circle, "es")
    mailing = letter(circle, bo, {"es": SPANISH, "fr": FRENCH, "en": Words("Half", "")})
    assert mailings.try_out(mailing=mailing, languages=["es", "fr", "en"], by=bo, at=at) == 2
    notices = Notice.objects.order_by("id")
    assert [(one.recipient, one.kind, one.language) for one in notices] == [
        (bo, "letter_test", "es"), (bo, "letter_test", "fr"),
    ]  # fmt: skip
    assert [words_of(one).subject.partition("] ")[2] for one in notices] == [SPANISH.subject, FRENCH.subject]
    assert not notices.filter(about__contains=[mailing.label]).exists()
    assert (Mailing.objects.get().state, verbs(mailing.pk)) == ("draft", ["mailing.tested"])


def test_trial_needs_words_and_an_address(bo, circle, at):
    empty = letter(circle, bo, {"en": Words("Half", "")})
    with pytest.raises(MailingRefused, match="There is nothing to send yet"):
        mailings.try_out(mailing=empty, languages=["en"], by=bo, at=at)
    bo.email = None
    with pytest.raises(MailingRefused, match="You have no e-mail address here"):
        mailings.try_out(mailing=letter(circle, bo, {"en": ENGLISH}), languages=["en"], by=bo, at=at)


def test_person_whose_account_is_closed_meanwhile_gets_none(bo, circle, at, clock, mailoutbox):
    stays, leaves = people(circle, "en", "en")
    mailings.send(mailing=letter(circle, bo, {"en": ENGLISH}, is_important=True), by=bo, at=at)
    Member.objects.filter(pk=leaves.pk).update(is_active=False)
    delivery.deliver_due(clock=portal_clock.now)
    assert [message.to for message in mail.outbox] == [[stays.email]]
    assert Notice.objects.get(recipient=leaves).state == "suppressed"


def test_audit_holds_no_words_and_no_addresses(bo, circle, at):
    [reader] = people(circle, "es")
    selection = Selection(of="circle", id=circle.pk)
    made = mailings.begin(
        selection=selection, words={"es": SPANISH}, english_instead=False, is_important=False, by=bo, at=at
    )
    mailings.try_out(mailing=made, languages=["es"], by=bo, at=at)
    mailings.send(mailing=made, by=bo, at=at)
    assert verbs(made.pk) == ["mailing.saved", "mailing.tested", "mailing.sent"]
    written = str(list(Entry.objects.values_list("detail", flat=True)))
    assert not [secret for secret in (reader.email, reader.name, "enlace", "meet.example") if secret in written]


def test_very_many_people_cost_few_queries(bo, circle, at):
    crowd = Member.objects.bulk_create(
        MemberFactory.build(name=f"Reader {n}", email=f"reader{n}@example.org") for n in range(3_000)
    )
    CircleMember.objects.bulk_create(CircleMember(circle=circle, member=one, joined_at=at) for one in crowd)
    mailing = letter(circle, bo, {"en": ENGLISH})
    with CaptureQueriesContext(connection) as queries:
        mailings.send(mailing=mailing, expected=3_000, by=bo, at=at)
    assert (Notice.objects.count(), Mailing.objects.get().count) == (3_000, 3_000)
    inserts = [one for one in queries.captured_queries if "INSERT INTO notices_notice" in one["sql"]]
    assert (len(inserts), len(queries) <= 15) == (3, True), len(queries)


def test_hostile_words_reach_their_reader_as_typed(bo, circle, at):
    [reader] = people(circle, "en", name="<b>Ana</b> {event}")
    typed = "{{7*7}} {% load x %} <script>alert(1)</script> {name}\r\nBcc: all@example.org"
    mailing = letter(circle, bo, {"en": Words(typed, typed)})
    mailings.send(mailing=mailing, by=bo, at=at)
    drawn = words_of(Notice.objects.get())
    shown = f"{{{{7*7}}}} {{% load x %}} <script>alert(1)</script> {reader.name}"
    assert drawn.subject == f"{shown} Bcc: all@example.org"
    assert f"{shown}\nBcc: all@example.org" in drawn.text
    assert "<script" not in drawn.html and "<b>" not in drawn.html
    assert "{{7*7}} {% load x %} &lt;script&gt;" in drawn.html


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_it_once(bo, circle):
    people(circle, "en", "en")
    mailing = letter(circle, bo, {"en": ENGLISH})
    refused = meet(lambda: _send(mailing, bo), lambda: _send(mailing, bo))
    assert refused == "This letter was sent already. It went to everybody once."
    assert (Notice.objects.count(), verbs(mailing.pk)) == (2, ["mailing.sent"])


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_believe_they_sent_it(bo, circle, monkeypatch):
    """The negative control: the keys of the messages keep people from getting two, but the letter is sent twice."""
    people(circle, "en", "en")
    mailing = letter(circle, bo, {"en": ENGLISH})
    monkeypatch.setattr(mailings, "_locked", lambda pk: Mailing.objects.get(pk=pk))
    assert meet(lambda: _send(mailing, bo), lambda: _send(mailing, bo)) == "sent to 0"
    assert verbs(mailing.pk) == ["mailing.sent", "mailing.sent"]


def _send(mailing: Mailing, by: Member) -> str:
    try:
        return f"sent to {mailings.send(mailing=mailing, by=by, at=NOW).count}"
    except MailingRefused as refusal:
        return str(refusal)


def test_letter_is_drawn_for_whoever_reads_it_by_the_very_renderer(bo, circle, at):
    [reader] = people(circle, "fr", name="Awa Koné")
    mailing = letter(circle, bo, {"fr": FRENCH})
    drawn = drawers.draw("letter", mailing_emails.letter(mailing, reader, at=at).message.facts, at=at)
    assert drawn.text.splitlines()[:3] == ["Bonjour Awa Koné,", "", "Voici le nouveau lien, Awa Koné."]
    assert audiences.reached(Selection.parse(mailing.audience), at=at).get() == reader
