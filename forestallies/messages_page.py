"""docs/messages.md: every kind of message, with what brings it, when and to whom.

What a kind is called and how it behaves is read from the registry (`notices.kinds`); why it comes stands here.
"""

from typing import NamedTuple

from django.utils import translation

from notices import kinds
from notices.kinds import Kind


class Told(NamedTuple):
    """What brings a kind of message, when it leaves (before quiet hours and spacing), and to whom it goes."""

    trigger: str
    when: str
    whom: str


NOW = "at once"
HER = "the person"
SIGN_IN = Told("asked for, or changed, on the pages of her account", NOW, "whoever the address belongs to")

TOLD = {
    "application_received": Told("somebody applies", NOW, "the applicant"),
    "application_exists": Told("she applies again", "at once, once an hour at most", "the applicant"),
    "already_member": Told("a member applies", "at once, once a day at most", "the member"),
    "application_to_review": Told(
        "somebody applies", "at once, the first three of an hour", "the community's coordinators"
    ),
    "applications_to_review": Told(
        "more than three apply within an hour", "at the end of that hour, together", "the community's coordinators"
    ),
    "more_information": Told("a coordinator asks for more", NOW, "the applicant"),
    "application_answered": Told("the applicant answers", NOW, "the coordinator who asked"),
    "application_draft": Told("somebody saves an application to continue it later", NOW, "the address she typed"),
    "added_to_community": Told("a coordinator imports a list and wants to invite", NOW, "the new member"),
    "welcome": Told("a coordinator approves", NOW, "the new member"),
    "application_declined": Told("a coordinator declines", "after an hour, in which it can be undone", "the applicant"),
    "concern_reported": Told(
        "somebody reports a concern", NOW,
        "the circle's coordinators; superusers when it is about one of them, or about no circle",
    ),
    "term_withdrawn": Told(
        "a member declines a term or takes it back", NOW, "the coordinators of her communities"
    ),
    "contact_request": Told("a member asks to write to her", NOW, "whom she would like to write to"),
    "contact_accepted": Told("who was asked says yes", NOW, "both, each with the other's address"),
    "match_suggested": Told(
        "somebody proposes that her need or offer meets another", NOW, "the one or two who did not propose it"
    ),
    "introduction": Told("both sides said yes", NOW, "both, each with the other's address"),
    "yearly_check": Told("nobody has said for a year that her data are right", "once a year", "active members"),
    "organisation_check": Told(
        "nobody has said for a year that its data are right", "once a year", "the organisation’s contacts"
    ),
    "still_there": Told(
        "no visit and nothing about an event for 120 days",
        "then and 90 days later; after 90 more the membership pauses", "active members",
    ),
    "membership_changed": Told(
        "her membership ends, or somebody else or the portal pauses or takes it up", NOW, "the member"
    ),
    "letter": Told("a coordinator sends a letter", "when she says", "the people whom she chose"),
    "letter_important": Told(
        "a coordinator sends a letter that must arrive", "when she says", "the people whom she chose"
    ),
    "letter_test": Told("a coordinator tries a letter", NOW, "herself"),
    "registration_confirmed": Told("she registers and has a seat", NOW, HER),
    "registration_pending": Told("she registers where the team decides", NOW, HER),
    "registration_declined": Told("the team declines", NOW, HER),
    "registration_cancelled": Told("she or the team gives the place back", NOW, HER),
    "registered_with_circle": Told("several places come with her circle", NOW, HER),
    "registered_several": Told("she registers for several events within a tick", NOW, HER),
    "waitlisted": Told("she registers and it is full", NOW, HER),
    "promoted": Told("a seat becomes free", NOW, "the next in line"),
    "offered": Told("a seat becomes free where seats are offered", NOW, "the next in line"),
    "offer_expired": Told("an offer is over", NOW, HER),
    "reminder_7d": Told(
        "the event is a week ahead", "09:00 of her own clock, seven days before", "those with a seat"
    ),
    "reminder_24h": Told("the event is a day ahead", "24 hours before", "those with a seat"),
    "reminder_1h": Told("the event is an hour ahead", "an hour before", "those with a seat"),
    "rescheduled": Told(
        "the event moves", "after ten minutes, in which it can be undone; at once when it is near",
        "everybody with a seat or a role",
    ),
    "rescheduled_series": Told("several events move together", "as a single move", "everybody with a seat or a role"),
    "event_cancelled": Told("the event is called off", NOW, "everybody registered or with a role"),
    "role_invitation": Told("she is asked to take a role", "at once; after 3 and 7 days without an answer", HER),
    "role_withdrawn": Told("her role goes to somebody else", NOW, HER),
    "staff_brief": Told("the event is two days ahead", "48 hours before", "those who accepted a role"),
    "materials_posted": Told(
        "materials are released", "18:00 of her own clock, all of a day together", "those with a seat"
    ),
    "feedback_request": Told("the event is over", "an hour after the end", "those with a seat who were not absent"),
    "feedback_reminder": Told("she has not answered", "two days after the end", "those who were asked"),
    "missed_session": Told(
        "she had a seat and was marked absent", "a day after it was recorded, ten days after the event at most",
        "those marked absent, not those excused",
    ),
    "attendance_recorded": Told(
        "attendance is recorded, or corrected to something else",
        "18:00 of her own clock, all of a day together", "those who came",
    ),
    "attendance_disputed": Told(
        "somebody reports a mistake in her attendance", "at once, the first of an event that waits",
        "the coordinators of its circle",
    ),
    "dispute_answered": Told("a coordinator answers such a report", NOW, HER),
    "certificate_issued": Told("a certificate is issued", NOW, "its holder"),
    "address_stopped": Told(
        "a server refused her address three times in a row", NOW, "the coordinators of her circles"
    ),
    "weekly_digest": Told("something waits or is ahead", "Mondays 07:00 of her own clock", "coordinators"),
    "data_export_ready": Told("the copy of her data that she asked for is made", NOW, HER),
    "erasure_asked": Told("she asks to be erased; the link confirms it", NOW, HER),
    "records_merged": Told("a coordinator merges two records of her", NOW, "the person, at the addresses of both"),
    "erasure_planned": Told("she confirms, or a coordinator asks for her; it can be taken back", NOW, HER),
}  # fmt: skip

PAGE = """\
# Messages

<!-- Written by `manage.py draw_messages`. Change the code, or forestallies/messages_page.py, and run it again. -->

Every message is a row first (`notices`), written in the transaction of what it tells about; delivery sends it. “She”
is whoever a message is about. A message's words stand in `templates/emails/<kind>/`, in four languages; its hours are
those of the reader's own zone.

* **May be stopped**: she chooses at /me/messages/, or with one click (RFC 8058) under the mail. All others always come.
* **Waits for the day**: it leaves between 08:00 and 20:00 of the reader's own clock.
* **Keeps its distance**: it leaves ten minutes after another such message to the same person, at the earliest.

{table}

## Accounts

{accounts}: {account_words}. They cannot be stopped, and their words are blanked once they are sent.
"""


def draw() -> str:
    """Write the whole page, in Markdown.

    Raises:
        KeyError: a kind of message has no line in `TOLD` yet.
    """
    with translation.override("en"):
        ours = [kind for kind in kinds.known() if not is_account(kind)]
        accounts = [kind for kind in kinds.known() if is_account(kind)]
        order = list(TOLD)
        return PAGE.format(
            table=_table(sorted(ours, key=lambda kind: order.index(kind.name) if kind.name in order else -1)),
            accounts=", ".join(dict.fromkeys(f"{kind.label}" for kind in accounts)).capitalize(),
            account_words=f"{SIGN_IN.trigger}, {SIGN_IN.when}, to {SIGN_IN.whom}",
        )


def is_account(kind: Kind) -> bool:
    """Whether a kind is one of those that allauth sends."""
    return "/" in kind.name


def _table(ours: list[Kind]) -> str:
    head = ["kind", "what brings it", "when", "to whom", "may be stopped", "waits for the day", "keeps its distance"]
    return "\n".join([_row(head), _row(["---"] * len(head)), *(_row(_cells(kind)) for kind in ours)])


def _cells(kind: Kind) -> list[str]:
    marks = (kind.is_optional, kind.waits_for_day, kind.keeps_distance)
    return [f"`{kind.name}`", *TOLD[kind.name], *("yes" if mark else "" for mark in marks)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
