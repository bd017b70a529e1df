"""People, the organisations they speak for, and what belongs together."""

from members.models.applications import Application
from members.models.circles import Circle, CircleMember
from members.models.communities import Community, Consent, Membership
from members.models.contacts import ContactRequest
from members.models.directory import DirectoryEntry
from members.models.grants import Grant
from members.models.imports import ImportMapping, ImportOrganisation, ImportRow, MemberImport
from members.models.joining import ApplicationDraft, NotTheSame, Question
from members.models.listings import Introduction, Listing, Partnership
from members.models.mailings import Mailing
from members.models.organisations import Affiliation, Organisation
from members.models.people import Member, SignInInvitation
from members.models.vocabulary import StakeholderCategory, Theme

__all__ = [
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
    "ImportMapping",
    "ImportOrganisation",
    "ImportRow",
    "Introduction",
    "Listing",
    "Mailing",
    "Member",
    "MemberImport",
    "Membership",
    "NotTheSame",
    "Organisation",
    "Partnership",
    "Question",
    "SignInInvitation",
    "StakeholderCategory",
    "Theme",
]
