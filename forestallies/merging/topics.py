"""Under which headings the page says what happens, in this order, with a sentence for where both have something."""

from django.utils.translation import gettext_lazy as _

REGISTRATIONS, ATTENDANCE, ROLES, FEEDBACK, ROOMS = "registrations", "attendance", "roles", "feedback", "rooms"
MEMBERSHIPS, PLACES, GROUPS, EDITIONS, RIGHTS = "memberships", "places", "groups", "editions", "rights"
CARD, CONTACTS, LISTINGS, CERTIFICATES = "card", "contacts", "listings", "certificates"
CONSENTS, APPLICATIONS, MESSAGES, SIGN_IN, STAFF, BEFORE, ANSWERS, PROJECTS = (
    "consents", "applications", "messages", "sign_in", "staff", "before",
    "answers", "projects",
)  # fmt: skip

TOPICS = {
    MEMBERSHIPS: (
        _("Memberships"),
        _("Both are members of the same community: it becomes one membership, the active one, since the earlier day."),
    ),
    PLACES: (_("Places in organisations"), _("Both belong to the same organisation: it becomes one place.")),
    GROUPS: (_("Groups"), _("Both are in the same group: since the earlier day.")),
    EDITIONS: (
        _("Places in the exchange programme"),
        _("Both are in the same group of the exchange programme: the place that went further stays."),
    ),
    RIGHTS: (_("Rights"), _("Both hold the same right: it becomes one.")),
    REGISTRATIONS: (
        _("Registrations"),
        _(
            "Both are registered for the same event: the better place stays, and a seat that gets free goes to the "
            "next in line. No mail about a cancellation is sent."
        ),
    ),
    ATTENDANCE: (_("Attendance"), _("Both were seen at the same event: it counts once, and no minute counts twice.")),
    ROLES: (_("Roles in events"), _("Both have the same role in an event: it becomes one.")),
    ROOMS: (
        _("Rooms, notes and questions"),
        _("Both have one in the same place: rooms stay as they are, notes of both are put together."),
    ),
    FEEDBACK: (_("Feedback"), _("Both answered for the same event: all answers stay.")),
    ANSWERS: (
        _("Answers about confidence"),
        _("Both answered in the same half-year: the answer of the record that is kept stays."),
    ),
    PROJECTS: (
        _("Projects and actions"),
        _("Both support a project of the same name: it is listed once."),
    ),
    CERTIFICATES: (_("Certificates"), ""),
    CARD: (
        _("Directory"),
        _("Both have a card in the directory: the one that is kept stays, and nothing hidden is shown."),
    ),
    CONTACTS: (
        _("Contact requests"),
        _(
            "Requests between the two disappear. Where both have one with the same person, the one that went further "
            "stays."
        ),
    ),
    LISTINGS: (_("Needs and offers"), _("Introductions between the two disappear.")),
    CONSENTS: (_("Consents"), _("Both agreed to the same text: the first time counts, and so does taking it back.")),
    APPLICATIONS: (_("Applications"), ""),
    MESSAGES: (_("Messages"), _("Who said no to a kind of message at either, gets it no more.")),
    SIGN_IN: (
        _("Ways to sign in"),
        _(
            "Open links, the password, codes and passkeys of the other record end. An address that was proved goes on "
            "working."
        ),
    ),
    STAFF: (_("Entries in the history"), ""),
    BEFORE: (_("Records merged before"), ""),
}
