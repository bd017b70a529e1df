"""One mail of each kind that members and their memberships bring about."""

from datetime import timedelta

from events.models import Registration
from forestallies.merging import emails as merging_emails
from forestallies.privacy import emails as own_data_emails
from members import (
    concern_emails,
    consent_emails,
    contact_emails,
    import_emails,
    joining_emails,
    listing_emails,
    mailing_emails,
    membership_emails,
)
from members import emails as member_emails
from members.models import (
    Application,
    ApplicationDraft,
    Concern,
    Consent,
    DataExport,
    ErasureRequest,
    Grant,
    Member,
    Question,
)
from members.models.mailings import LANGUAGES, Words
from notices.models import RefusedAddress
from notices.outbox import Posting
from tests.emails.people import AT, SITE_LINK, TIMESTAMP, TOKEN, application, person, registration
from tests.factories import (
    ContactRequestFactory,
    GrantFactory,
    IntroductionFactory,
    ListingFactory,
    MailingFactory,
    MembershipFactory,
)


def own_data_posting(kind: str, member: Member, title: str) -> Posting:
    """A copy that is ready; a wish to be erased, and one that a coordinator with a hostile name asked for."""
    until = AT + timedelta(days=7)
    if kind == own_data_emails.READY:
        export = DataExport.objects.create(member=member, asked_at=AT, made_at=AT, expires_at=until)
        return own_data_emails.data_export_ready(export)
    if kind == own_data_emails.ASKED:
        return own_data_emails.erasure_asked(ErasureRequest.objects.create(member=member, asked_by=member, asked_at=AT))
    if kind == merging_emails.MERGED:
        by = person(name=title[:120])
        return merging_emails.records_merged(member, other=7, addresses=["before@example.org"], by=by)[0]
    wish = ErasureRequest.objects.create(
        member=member, asked_by=person(name=title), asked_at=AT, state="waiting", confirmed_at=AT, due_at=until
    )
    return own_data_emails.erasure_planned(wish)


def contact_posting(kind: str, member: Member, title: str) -> Posting:
    """Somebody of the same name asks; what she writes has several lines."""
    if kind in (listing_emails.SUGGESTED, listing_emails.BOTH):
        hers = ListingFactory.create(member=member, what=title[:120])
        found = IntroductionFactory.create(need=hers, offer__what=title[:120], offer__member=person(name=member.name))
        make = listing_emails.match_suggested if kind == listing_emails.SUGGESTED else listing_emails.introduction
        return make(found, member)
    request = ContactRequestFactory.create(asker=person(name=member.name), asked=member, message=f"{title}\n\nYours")
    if kind == contact_emails.ASKED:
        return contact_emails.contact_request(request)
    return contact_emails.contact_accepted(request, member)


def membership_posting(kind: str, member: Member, title: str) -> Posting:
    """Of an organisation that is called by the title."""
    if kind == "term_withdrawn":
        return consent_emails.to_coordinator(member, Consent.Term.COMMITMENT, outcome="pause", member=member, at=AT)
    made = MembershipFactory.create(member=member, organisation__name=title[:160])
    if kind == membership_emails.ORGANISATION:
        assert made.organisation is not None
        return membership_emails.organisation_check(made.organisation, member, at=AT)
    if kind == membership_emails.YEARLY:
        return membership_emails.yearly_check(made, at=AT)
    if kind == membership_emails.STILL_THERE:
        return membership_emails.still_there(made, asks=2, at=AT)
    return membership_emails.membership_changed(made, "dormant", at=AT)


def letter_posting(kind: str, member: Member, title: str) -> Posting:
    """A letter to the people of an event, with each placeholder that there is."""
    event = registration(member, Registration.State.CONFIRMED, title=title).event
    writer = person(name=member.name)
    mailing = MailingFactory.build(
        circle=event.home,
        audience={"of": "event", "id": event.pk, "groups": ["confirmed"]},
        created_by=writer,
        changed_by=writer,
        is_important=kind == mailing_emails.IMPORTANT,
    )
    text = f"{SITE_LINK}\n\n{{name}}: {{event}}, {{when}}"
    mailing.write({code: Words(f"{title[:60]}: {{event}}"[:150], text) for code in LANGUAGES})
    mailing.save()
    if kind == mailing_emails.TEST:
        return mailing_emails.trial(mailing, member, member.language, at=AT)
    return mailing_emails.letter(mailing, member, at=AT)


def joining_posting(kind: str, language: str, name: str) -> Posting:  # noqa: PLR0911 (one line for each kind)
    if kind == "already_member":
        return member_emails.already_member(person(language, name=name), at=AT)
    if kind == "application_declined":
        declined = application(
            language, name=name, state="declined", reason="incomplete", decided_at=AT, decided_by=person()
        )
        return member_emails.application_declined(declined, at=AT)
    if kind in ("more_information", "application_answered", "application_draft"):
        return _continuing_posting(kind, language, name)
    written = application(language, name=name)
    if kind == "concern_reported":
        return concern_emails.concern_reported(_concern(written, name), person(language, name=name))
    of_the_form = _of_the_form(kind, written, language, name)
    if of_the_form:
        return of_the_form
    if kind == "address_stopped":
        refused = RefusedAddress.objects.create(
            address="gone@example.org",
            member=person("es", name=name),
            problem="550 5.1.1 <gone@example.org>: user unknown",
            last_at=AT,
            stopped_at=AT,
        )
        return member_emails.address_stopped(refused, person(language, name="Bo Dupont"))
    if kind == "added_to_community":
        return import_emails.added_to_community(
            person(language, name=name), written.community, token=TOKEN, expires_at=TIMESTAMP, invitation=1
        )
    return member_emails.welcome(written, person(language, name=name), token=TOKEN, expires_at=TIMESTAMP)


def _of_the_form(kind: str, written: Application, language: str, name: str) -> Posting | None:
    if kind == "application_received":
        return member_emails.application_received(written, token=TOKEN)
    if kind == "application_exists":
        return member_emails.application_exists(written, token=TOKEN, at=AT)
    if kind == "application_to_review":
        return member_emails.application_to_review(written, person(language, name=name))
    if kind == "applications_to_review":
        return member_emails.applications_to_review(person(language, name=name), [written.pk, application().pk])
    return None


def _concern(written: Application, name: str) -> Concern:
    """What somebody reported; no word of it may come into a mail."""
    return Concern.objects.create(circle=written.community.circle, words=f"{name} shouted.", created_at=AT)


def _continuing_posting(kind: str, language: str, name: str) -> Posting:
    """Of an application with an open question, and of a form that is continued later."""
    written = application(language, name=name, state="info_requested")
    bo = person(language, name="Bo Dupont")
    if kind == "application_draft":
        draft = ApplicationDraft.objects.create(
            community=written.community, email="ada@example.org", language=language, words={"name": [name]},
            token_hash="0" * 64, saved_at=AT, expires_at=AT + ApplicationDraft.KEPT,
        )  # fmt: skip
        return joining_emails.application_draft(draft, token=TOKEN)
    question = Question.objects.create(
        application=written, asked_by=bo, asked_at=AT, text=f"{name}, how many families are in your cooperative?\n"
        "And since when?",
    )  # fmt: skip
    if kind == "more_information":
        return joining_emails.more_information(question)
    GrantFactory.create(member=bo, circle=written.community.circle, right=Grant.Right.COORDINATOR)
    return joining_emails.application_answered(question, at=AT)[0]
