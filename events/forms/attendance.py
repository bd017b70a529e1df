"""The attendance list as a form: one row per person, sent as a whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.actions.attendance import MARKS, Mark
from events.attendance import Line, Seen
from events.models import Attendance
from forestallies.lib import text
from jobs.forms import SubmissionForm
from members.models import Member

Status = Attendance.Status
REASON_LENGTH = 200
_FIELD = re.compile(r"(?:mark|reason)-(.*)", re.DOTALL)
_ID = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Row:
    """One person in the form, with what is chosen for her, whether it is saved or not."""

    line: Line
    status: str
    reason: str
    error: str = ""
    is_added: bool = False
    seen: Seen | None = None  # by the portal itself

    @property
    def member(self) -> Member:
        return self.line.member

    @property
    def is_open(self) -> bool:
        """Whether something is left to do: no mark on record, another one chosen, or a reason to look at."""
        is_changed = bool(self.status) and self.status != self.line.status
        return not self.line.status or is_changed or bool(self.error)

    @property
    def choices(self) -> list[Status]:
        """The marks on offer; "made up" only where it is on record, so that saving the list does not undo it."""
        kept = [Status.MADE_UP] if self.line.status == Status.MADE_UP else []
        return [*MARKS, *kept]

    @property
    def mark(self) -> Mark:
        return Mark(self.status, self.reason)


class AttendanceForm(SubmissionForm):
    """Who came. `was` holds what the page showed, so that only what somebody changed is sent on.

    Two people may work on one list: what the first saved meanwhile is not undone by the second's older page, unless
    she changed the mark of the same person.
    """

    was = forms.CharField(required=False, max_length=200_000, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name or part of it"), required=False, max_length=80)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, lines: Sequence[Line], added: Sequence[int] = ()
    ) -> None:
        super().__init__(data)
        self.lines, self.added = list(lines), set(added)
        self.errors_by_member: dict[int, str] = {}
        if self.is_bound:
            self.full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        people = {str(line.member.pk) for line in self.lines}
        sent = {found[1] for name in self.data if (found := _FIELD.fullmatch(name))}
        if sent - people:
            raise ValidationError(_("Somebody in this list does not belong to this event. Nothing was changed."))
        for row in self.rows():
            if row.status and row.status not in row.choices:
                raise ValidationError(_("One of the marks is not among those on offer. Nothing was changed."))
            self._check_reason(row)
        if self.errors_by_member:
            raise ValidationError(_("Please look at the reasons that are marked. Nothing was changed."))
        return cleaned

    def rows(self) -> Iterator[Row]:
        """The people with what was chosen, or with what is on record while the form is empty."""
        for line in self.lines:
            pk = line.member.pk
            status = self.data.get(f"mark-{pk}", "") if self.is_bound else line.status
            reason = self.data.get(f"reason-{pk}", "") if self.is_bound else line.reason
            yield Row(line, status, text.tidy(reason), self.errors_by_member.get(pk, ""), pk in self.added)

    def marks(self, *, rest: bool = False) -> dict[int, Mark]:
        """Give the marks that differ from what the page showed; with `rest`, everybody else who had a place is present.

        The team is left out of the rest: it is no participant, and is marked one by one.
        """
        shown = dict(entry.split(":", 1) for entry in self.cleaned_data["was"].split() if ":" in entry)
        chosen = {row.member.pk: row.mark for row in self.rows() if row.status}
        changed = {pk: mark for pk, mark in chosen.items() if shown.get(str(pk)) != _token(mark)}
        if rest:
            unmarked = [row for row in self.rows() if not (row.status or row.line.status)]
            others = [row.member.pk for row in unmarked if not row.line.helps and not row.is_added]
            changed.update(dict.fromkeys(others, Mark(Status.ATTENDED)))
        return changed

    def shown(self) -> str:
        """What a page that is drawn now says of everybody, for the hidden field."""
        marked = [(line.member.pk, Mark(line.status, line.reason)) for line in self.lines if line.status]
        return " ".join(f"{pk}:{_token(mark)}" for pk, mark in marked)

    def _check_reason(self, row: Row) -> None:
        try:
            text.check_printable(row.reason)
        except ValidationError as refusal:
            self.errors_by_member[row.member.pk] = str(refusal.message)
        if len(row.reason) > REASON_LENGTH:
            self.errors_by_member[row.member.pk] = str(_("Please use at most 200 characters."))


def added_ids(data: Mapping[str, Any]) -> list[int]:
    """Read the ids of those who were added to the list by name; what is no id is left out."""
    values = data.getlist("added") if hasattr(data, "getlist") else []
    return [int(value) for value in values if _ID.fullmatch(value)][:200]


def _token(mark: Mark) -> str:
    if mark.status != Status.EXCUSED:
        return mark.status
    return f"{mark.status}-{crc32(mark.reason.encode()):x}"
