"""People, the organisations they speak for, and what belongs together."""

from members.models.applications import Application
from members.models.circles import Circle, CircleMember
from members.models.communities import Community, Membership, MembershipStep
from members.models.concerns import Concern, ConcernStep
from members.models.confidence import Confidence
from members.models.contacts import ContactRequest
from members.models.directory import DirectoryEntry
from members.models.grants import Grant
from members.models.imports import ImportMapping, ImportOrganisation, ImportRow, MemberImport
from members.models.joining import ApplicationDraft, NotTheSame, Question
from members.models.listings import Introduction, Listing, Partnership
from members.models.mailings import Mailing
from members.models.merging import FormerAddress, Merged
from members.models.organisations import Affiliation, Organisation, SupportedProject
from members.models.own_data import DataExport, ErasureRequest
from members.models.people import Member, SignInInvitation
from members.models.projects import Project
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
    "Concern",
    "ConcernStep",
    "Confidence",
    "Consent",
    "ContactRequest",
    "DataExport",
    "DirectoryEntry",
    "ErasureRequest",
    "FormerAddress",
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
    "MembershipStep",
    "Merged",
    "NotTheSame",
    "OpenSession",
    "Organisation",
    "Partnership",
    "Project",
    "Question",
    "SignInInvitation",
    "StakeholderCategory",
    "SupportedProject",
    "TermAnswer",
    "TermVersion",
    "Theme",
]
