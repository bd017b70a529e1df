"""What the page of one import shows, put together."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import OPEN
from members.actions import imports
from members.forms.imports import DecideForm
from members.importing import fields, words
from members.models import ImportOrganisation, ImportRow, MemberImport

PER_PAGE = 50
ASKED = 50  # questions on one page; the next ones come when these are answered
Outcome, State = ImportRow.Outcome, MemberImport.State


@dataclass(frozen=True)
class Problem:
    """One thing about a row, in words.

    Attributes:
        value: as typed.
    """

    field: str
    sentence: str
    value: str


@dataclass(frozen=True)
class Line:
    """One row in a list."""

    number: int
    name: str
    problems: list[Problem]
    kept: str = ""


def questions(batch: MemberImport) -> tuple[list[ImportRow], list[ImportOrganisation]]:
    """What only a person can decide before the import; empty when it is over."""
    if batch.state != State.CHECKED:
        return [], []
    rows = batch.rows.filter(outcome=Outcome.REVIEW).select_related("person").order_by("decision", "number")
    near = (
        batch.organisations.filter(found=None).exclude(near=None).select_related("near").order_by("is_near", "folded")
    )
    return list(rows[:ASKED]), list(near[:ASKED])


class Page:
    """The page of one import.

    Args:
        show: which rows: one of `SHOWN`.
    """

    SHOWN = ("kept", "bad", "skip", "noted")  # what an undo left comes first: the page says that it stands below

    def __init__(self, batch: MemberImport, *, show: str, number: str | None) -> None:
        self.batch, self.number = batch, number
        self.job: Job | None = imports.latest_job(batch)
        self.counts = batch.counts
        filled = [name for name in self.SHOWN if self.counts.get(name)]
        self.show = show if show in filled else next(iter(filled), "")

    @property
    def job_is_open(self) -> bool:
        return bool(self.job and self.job.state in OPEN)

    @property
    def job_failed(self) -> bool:
        return bool(self.job and self.job.state == Job.State.FAILED and self.batch.state in MemberImport.WORKING)

    @cached_property
    def tabs(self) -> list[tuple[str, str, int]]:
        """The lists of rows that there are: name, words, number."""
        labels = {
            "bad": _("Wrong"),
            "skip": _("Left out"),
            "noted": _("Imported without a cell") if self.is_over else _("Good but for a cell"),
            "kept": _("Not undone"),
        }
        return [(name, labels[name], self.counts[name]) for name in self.SHOWN if self.counts.get(name)]

    @property
    def is_over(self) -> bool:
        return self.batch.state in (State.DONE, State.UNDOING, State.UNDONE)

    @property
    def good(self) -> int:
        return sum(self.counts.get(name, 0) for name in (Outcome.CREATE, Outcome.UPDATE))

    @cached_property
    def new_organisations(self) -> int:
        rows = self.batch.organisations
        return (rows.filter(is_made=True) if self.is_over else rows.filter(found=None)).count()

    @property
    def unanswered(self) -> int:
        return int(self.counts.get(Outcome.REVIEW, 0))

    def form(self) -> DecideForm | None:
        """The questions, if there are any."""
        rows, organisations = questions(self.batch)
        return DecideForm(rows=rows, organisations=organisations) if rows or organisations else None

    @cached_property
    def rows(self) -> Any:
        """The rows that are shown, as a page of them."""
        page = Paginator(self._found().order_by("number"), PER_PAGE).get_page(self.number)
        page.object_list = [line(self.batch, row) for row in page.object_list]
        return page

    def _found(self) -> Any:
        rows = self.batch.rows.defer("done")
        match self.show:
            case "bad" | "skip":
                return rows.filter(outcome=self.show)
            case "noted":
                return rows.filter(problems__contains=[{"note": True}]).exclude(outcome=Outcome.BAD)
            case "kept":
                return rows.exclude(kept_because="")
        return rows.none()


def line(batch: MemberImport, row: ImportRow) -> Line:
    """A row with its problems, in the reader's words."""
    return Line(
        number=row.number,
        name=row.values.get(fields.NAME) or _typed_name(batch, row),
        problems=[Problem(words.field_name(one), words.sentence(one), one["value"]) for one in row.problems],
        kept=str(words.KEPT.get(row.kept_because, "")),
    )


def _typed_name(batch: MemberImport, row: ImportRow) -> str:
    columns = [batch.column_of(name) for name in (fields.NAME, fields.FIRST, fields.LAST)]
    return " ".join(row.cells[n] for n in columns if n is not None).strip()
