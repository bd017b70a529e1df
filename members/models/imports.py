"""Lists of people that a coordinator brings in from a file: the file's rows, what becomes of each, and its way back."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField
from members.models.circles import Circle
from members.models.communities import Community
from members.models.organisations import Organisation
from members.models.people import Member

KEPT_UNUSED = timedelta(days=7)  # a file that was looked at and not imported
KEPT = timedelta(days=30)  # the rows of an import; so long it can be undone


class MemberImportQuerySet(models.QuerySet["MemberImport"]):
    def visible_to(self, member: Member, *, at: datetime) -> "MemberImportQuerySet":
        """Those into communities one coordinates."""
        return self.filter(community__circle__in=Circle.objects.run_by(member, at=at))

    def overdue(self, at: datetime) -> "MemberImportQuerySet":
        """Those whose rows are to be forgotten."""
        unused = Q(committed_at=None, uploaded_at__lte=at - KEPT_UNUSED)
        return self.filter(unused | Q(committed_at__lte=at - KEPT), forgotten_at=None)


class MemberImport(models.Model):
    """One file of people on its way into a community. Its rows are kept for `KEPT` after the import, then forgotten."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be chosen")
        CHECKING = "checking", _("is being checked")
        CHECKED = "checked", _("checked, nothing imported yet")
        RUNNING = "running", _("is being imported")
        DONE = "done", _("imported")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    TRANSITIONS = {
        State.UPLOADED: {State.CHECKING},
        State.CHECKING: {State.CHECKED, State.CHECKING},
        State.CHECKED: {State.CHECKING, State.RUNNING},
        State.RUNNING: {State.DONE},
        State.DONE: {State.UNDOING},
        State.UNDOING: {State.UNDONE},
        State.UNDONE: set(),
    }
    WORKING = (State.CHECKING, State.RUNNING, State.UNDOING)

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    file_name = LineField(max_length=200)
    signature = models.CharField(max_length=64)  # of the headings: the same form has the same
    # One for each column of the file: heading, samples, field, order (of its dates).
    columns = models.JSONField(default=list)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)  # where the row names none
    stakeholder = models.CharField(max_length=4, choices=Organisation.Kind, blank=True)
    country = models.CharField(max_length=2, blank=True)
    overwrites = models.BooleanField(default=False)  # also what a person changed in her own profile
    invites = models.BooleanField(default=False)
    rows_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # by outcome, as checked or as imported
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    objects = MemberImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "undoing", "undone"]) | Q(committed_at__isnull=False),
                name="import_done_has_date",
            ),
        ]
        indexes = [models.Index(fields=["community", "-uploaded_at"], name="import_by_community")]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def forget_at(self) -> datetime:
        """When its rows are forgotten; from then on it cannot be undone."""
        return self.committed_at + KEPT if self.committed_at else self.uploaded_at + KEPT_UNUSED

    def column_of(self, field: str) -> int | None:
        """The number of the column that fills a field."""
        return next((n for n, column in enumerate(self.columns) if column["field"] == field), None)


class ImportRow(models.Model):
    """One line of the file. Fetched through its import."""

    class Outcome(models.TextChoices):
        RAW = "", _("not read yet")
        READ = "read", _("read")
        CREATE = "create", _("new person")
        UPDATE = "update", _("known person")
        SKIP = "skip", _("left out")
        REVIEW = "review", _("to be decided")
        BAD = "bad", _("wrong")

    class Decision(models.TextChoices):
        NONE = "", _("Leave out")
        SAME = "same", _("It is this person")
        OTHER = "other", _("It is somebody else")

    of = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as a spreadsheet counts, the headings included
    cells = models.JSONField()  # as typed
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True, default=Outcome.RAW)
    values = models.JSONField(default=dict)  # as understood, by field
    problems = models.JSONField(
        default=list
    )  # dicts: field, code, value; with `note` where the row is good all the same
    key = models.CharField(max_length=400, blank=True)  # the address; without one the folded name and organisation
    stamp = models.DateTimeField(null=True)  # when the form was answered
    person = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # known, or made
    decision = models.CharField(max_length=5, choices=Decision, blank=True, default=Decision.NONE)
    done: Any = models.JSONField(null=True)  # what was written, so that it can be taken back
    kept_because = models.CharField(max_length=30, blank=True)  # why it was not undone

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["of", "outcome", "number"], name="import_row_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.of_id}"


class ImportOrganisation(models.Model):
    """An organisation that rows of an import name. Fetched through its import."""

    of = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="organisations")
    folded = models.CharField(max_length=400)
    name = LineField(max_length=160)
    stakeholder = models.CharField(max_length=4, blank=True)
    country = models.CharField(max_length=2, blank=True)
    people = models.PositiveIntegerField(default=0)
    found = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    near = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")  # resembles it
    is_near = models.BooleanField(default=False)  # the coordinator says that it is the one it resembles
    is_looked_up = models.BooleanField(default=False)
    is_made = models.BooleanField(default=False)  # by this import

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "folded"], name="import_organisation_once")]

    def __str__(self) -> str:
        return f"organisation {self.pk} of import {self.of_id}"


class ImportMapping(models.Model):
    """How the columns of a form were understood the last time; it holds headings' fields, no words of any person."""

    signature = models.CharField(max_length=64, unique=True)
    columns = models.JSONField(default=list)  # field and order of each column
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"mapping {self.pk}"

    def fits(self, columns: list[dict[str, Any]]) -> bool:
        return len(self.columns) == len(columns)
