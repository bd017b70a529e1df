"""People, the organisations they speak for, and what belongs together."""

from members.models.applications import Application
from members.models.circles import Circle, CircleMember
from members.models.communities import Community, Membership
from members.models.contacts import ContactRequest
from members.models.directory import DirectoryEntry
from members.models.grants import Grant
from members.models.joining import ApplicationDraft, NotTheSame, Question
from members.models.listings import Introduction, Listing, Partnership
from members.models.mailings import Mailing
from members.models.organisations import Affiliation, Organisation
from members.models.people import Member, SignInInvitation
from members.models.sign_in import AddressChange, OpenSession
from members.models.terms import Consent, TermAnswer, TermVersion
from members.models.vocabulary import StakeholderCategory, Theme

__all__ = [
    "AddressChange",
    "Affiliation",
    "Application",
    "ApplicationDraft",
    "Circle",
    "CircleMember",
    "Community",
    "Consent",
    "ContactRequest",
    "DirectoryEntry",
    "Grant",
    "Introduction",
    "Listing",
    "Mailing",
    "Member",
    "Membership",
    "NotTheSame",
    "OpenSession",
    "Organisation",
    "Partnership",
    "Question",
    "SignInInvitation",
    "StakeholderCategory",
    "TermAnswer",
    "TermVersion",
    "Theme",
]
