"""What becomes of each row that points to a person whose record is merged into another one."""

from django.db.models import Q

from forestallies.merging import by_hand as hand
from forestallies.merging import rows, topics
from forestallies.merging.engine import Rule, by_hand, let_go, move, unite

STANDS = Q(ends_on__isnull=True)
HOLDS = Q(ends_at__isnull=True)
BELONGS = Q(left_at__isnull=True)

# In this order: what looks for rows of both comes before what moves them.
PERSON_RULES: tuple[Rule, ...] = (
    # Who she is in communities and groups
    unite("members.Membership.member", topics.MEMBERSHIPS, same=["community"], takes_in=rows.membership),
    unite("members.Affiliation.member", topics.PLACES, same=["organisation"], among=STANDS, takes_in=rows.place),
    unite("members.CircleMember.member", topics.GROUPS, same=["circle"], among=BELONGS, takes_in=rows.belonging),
    unite("programs.Enrolment.member", topics.EDITIONS, same=["cohort"], takes_in=rows.enrolment),
    unite(
        "members.Grant.member",
        topics.RIGHTS,
        same=["right", "circle", "organisation"],
        among=HOLDS,
        takes_in=rows.grant,
    ),
    # Events
    by_hand("events.Registration.member", topics.REGISTRATIONS, hand.registrations),
    unite("events.Attendance.member", topics.ATTENDANCE, same=["event"], takes_in=rows.attendance),
    by_hand("events.AttendanceEvidence.member", topics.ATTENDANCE, hand.evidence),
    unite("events.Role.member", topics.ROLES, same=["event", "kind", "channel"], takes_in=rows.role),
    unite("events.RoomPlace.member", topics.ROOMS, same=["event"]),
    unite("events.RoomNote.author", topics.ROOMS, same=["event", "room"], takes_in=rows.room_note),
    by_hand("events.SpeakerQuestionVote.member", topics.ROOMS, hand.votes),
    move("events.SpeakerQuestion.member", topics.ROOMS),
    move("workshops.GroupNote.author", topics.ROOMS),
    move("workshops.OpenPoint.owner", topics.ROOMS),
    move("workshops.OpenPoint.author", topics.ROOMS),
    unite("workshops.Appearance.member", topics.REGISTRATIONS, same=["gathering"]),
    move("events.Feedback.member", topics.FEEDBACK),
    unite("events.FeedbackReceipt.member", topics.FEEDBACK, same=["event"], takes_in=rows.receipt),
    by_hand("certificates.Certificate.holder", topics.CERTIFICATES, hand.certificates),
    # Members find each other
    unite("members.DirectoryEntry.member", topics.CARD, takes_in=rows.card),
    by_hand("members.ContactRequest.asker", topics.CONTACTS, hand.contacts),
    by_hand("members.ContactRequest.asked", topics.CONTACTS, hand.contacts),
    by_hand("members.Listing.member", topics.LISTINGS, hand.listings),
    # Joining and agreeing
    by_hand("members.Consent.member", topics.CONSENTS, hand.consents),
    by_hand("members.NotTheSame.member", topics.APPLICATIONS, hand.told_apart),
    move("members.Application.member", topics.APPLICATIONS),
    unite("members.TermAnswer.member", topics.CONSENTS, same=["term", "version"], takes_in=rows.term_answer),
    unite("members.Confidence.member", topics.ANSWERS, same=["community", "year", "half"]),
    let_go("members.DataExport.member", topics.CONSENTS, why="it is a copy of half of what there is now"),
    move("members.ErasureRequest.member", topics.CONSENTS),  # those that ended: an open one stands against a merge
    # Messages
    by_hand("notices.Notice.recipient", topics.MESSAGES, hand.messages),
    unite("notices.Preference.member", topics.MESSAGES, same=["kind"], takes_in=rows.preference),
    move("notices.RefusedAddress.member", topics.MESSAGES),
    # Signing in
    by_hand("account.EmailAddress.user", topics.SIGN_IN, hand.addresses),
    by_hand("mfa.Authenticator.user", topics.SIGN_IN, hand.factors),
    let_go("members.SignInInvitation.member", topics.SIGN_IN, why="its link would open the kept record"),
    let_go("members.OpenSession.member", topics.SIGN_IN, why="the sessions end with the record"),
    let_go("members.AddressChange.member", topics.SIGN_IN, why="its link would give the kept record another address"),
    unite("events.CalendarFeed.member", topics.SIGN_IN),
    let_go("jobs.Submission.actor", topics.SIGN_IN, why="the memory of forms in pages that are signed out now"),
    # What she entered for others
    move("jobs.Job.created_by", topics.STAFF),
    move("certificates.Certificate.issued_by", topics.STAFF),
    move("certificates.Certificate.ended_by", topics.STAFF),
    move("members.Application.decided_by", topics.STAFF),
    move("members.Question.asked_by", topics.STAFF),
    move("members.NotTheSame.by", topics.STAFF),
    move("members.Introduction.proposed_by", topics.STAFF),
    move("members.Partnership.recorded_by", topics.STAFF),
    move("members.Mailing.created_by", topics.STAFF),
    move("members.Mailing.changed_by", topics.STAFF),
    move("members.Mailing.sent_by", topics.STAFF),
    move("members.MembershipStep.by", topics.STAFF),
    move("members.TermVersion.written_by", topics.STAFF),
    move("members.TermVersion.published_by", topics.STAFF),
    move("members.Concern.reporter", topics.STAFF),  # not to be told from other entries
    move("members.ConcernStep.by", topics.STAFF),
    move("members.ImportRow.person", topics.STAFF),
    move("members.MemberImport.by", topics.STAFF),
    move("members.ErasureRequest.asked_by", topics.STAFF),
    move("members.Merged.by", topics.STAFF),
    move("events.Attendance.recorded_by", topics.STAFF),
    move("events.Dispute.answered_by", topics.STAFF),
    move("events.Material.posted_by", topics.STAFF),
    move("events.Transition.by", topics.STAFF),
    move("events.Role.invited_by", topics.STAFF),
    move("events.SpeakerQuestion.settled_by", topics.STAFF),
    move("workshops.Carrying.by", topics.STAFF),
    move("admin.LogEntry.user", topics.STAFF),
    # What was merged into her before
    move("members.Merged.member", topics.BEFORE),
    move("members.FormerAddress.member", topics.BEFORE),
)

# What names a person without a key of the database, and what is done about it.
LABELS = {
    "audit.Entry.actor_id": "stays: the history tells who it was then; `members.Merged` says who that is now",
    "audit.Entry.subject_id": "stays, as above",
    "members.Merged.former_id": "is this very number",
    "events.Transition.merged_from": "names a registration",
    "admin.LogEntry.object_id": "stays: the history of the admin",
    "events.AttendanceEvidence.match": "`beside:<person>` is rewritten (`by_hand.evidence`)",
    "certificates.Certificate.key": "`…:member:<person>` is rewritten (`by_hand.certificates`)",
    "notices.Notice.facts": "is rewritten (`by_hand.messages`)",
    "notices.Notice.subject_ref": "is rewritten while the message waits (`by_hand.messages`)",
    "django_session": "opens nothing: the person of the session is there no more",
}
