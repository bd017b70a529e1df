"""Taking an import back: people who were made go, changes are turned round; never what somebody touched since."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.db.models import Q

from audit.models import Entry, entry
from jobs.work import Step
from members.models import (
    Affiliation,
    CircleMember,
    Consent,
    DirectoryEntry,
    ImportOrganisation,
    ImportRow,
    Member,
    MemberImport,
    Membership,
    Organisation,
    SignInInvitation,
)
from notices.models import Notice

BATCH = 500
KIND = "added_to_community"  # the only mail that an import sends
UNDONE = "undone"
# What an import makes of a person, by the word under which its row notes it.
_MADE: dict[type[models.Model], str] = {
    Membership: "membership",
    CircleMember: "belonging",
    Affiliation: "affiliation",
    DirectoryEntry: "entry",
    Consent: "consents",
}
_OWN_VERBS = ("member.imported", "member.changed_by_import", "organisation.imported", "membership.begun")


def undo(batch: MemberImport, *, by: Member | None, at: datetime) -> Iterator[Step]:
    """Take back what the import wrote, some rows at a time; may be broken off after any step and begun again."""
    written = batch.rows.filter(done__isnull=False).exclude(done={})
    waiting = written.exclude(done__has_key=UNDONE).filter(kept_because="")
    total = written.count()
    while ids := list(waiting.order_by("number").values_list("pk", flat=True)[:BATCH]):
        take_back(batch, ids, by=by, at=at)
        yield Step(total - waiting.count(), total)
    _drop_organisations(batch)
    batch.counts = {**batch.counts, "kept": written.exclude(kept_because="").count()}
    yield Step(total, total)


@transaction.atomic
def take_back(batch: MemberImport, ids: Sequence[int], *, by: Member | None, at: datetime) -> None:
    """Take these rows back, or note why not."""
    MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    rows = list(ImportRow.objects.filter(pk__in=ids, kept_because="").order_by("number"))
    people = {
        one.pk: one
        for one in Member.objects.select_for_update()
        .filter(pk__in=[row.person_id for row in rows if row.person_id])
        .order_by("pk")
    }
    made = [row for row in rows if row.done.get("made")]
    reasons = _Uses(batch, rows).reasons(people)
    changed = [row for row in rows if not row.done.get("made")]
    reasons |= _Changes(changed, people).turn_round()
    gone = [row.person_id for row in made if row.pk not in reasons]
    history = [
        entry(verb="member.import_undone", subject=people[row.person_id or 0], by=by, at=at, of=batch.pk)
        for row in rows
        if row.pk not in reasons
    ]
    Member.objects.filter(pk__in=gone).delete()
    Entry.objects.bulk_create(history)
    for row in rows:
        row.kept_because = reasons.get(row.pk, "")
        row.done = row.done if row.pk in reasons else {**row.done, UNDONE: True}
        row.person = None if row.person_id in gone else row.person
    ImportRow.objects.bulk_update(rows, ["kept_because", "done", "person"])


class _Uses:
    """Who of the people in some rows has signed in, was changed, or takes part in what the import made not."""

    def __init__(self, batch: MemberImport, rows: Sequence[ImportRow]) -> None:
        self.batch = batch
        self.rows = [row for row in rows if row.done.get("made")]
        self.others = [row for row in rows if not row.done.get("made")]
        self.ids = [row.person_id for row in self.rows if row.person_id]

    def reasons(self, people: dict[int, Member]) -> dict[int, str]:
        """Why rows stay, by row."""
        signed_in = {pk for pk, one in people.items() if one.last_login and one.last_login > self.batch.uploaded_at}
        signed_in |= set(
            EmailAddress.objects.filter(user__in=self.ids, verified=True).values_list("user_id", flat=True)
        )
        changed = self._changed()
        used = self._used() - signed_in - changed
        found: dict[int, str] = {}
        for row in self.rows:
            for reason, those in (("signed_in", signed_in), ("changed", changed), ("used", used)):
                if row.person_id in those:
                    found.setdefault(row.pk, reason)
            if row.person_id not in people:
                found[row.pk] = "gone"
        return found

    def _changed(self) -> set[int | None]:
        about = Entry.objects.filter(subject_type=Member._meta.label_lower, subject_id__in=self.ids)
        found = set(about.exclude(verb__in=_OWN_VERBS).values_list("subject_id", flat=True))
        owners = {row.done["membership"]: row.person_id for row in self.rows if "membership" in row.done}
        theirs = Entry.objects.filter(subject_type=Membership._meta.label_lower, subject_id__in=list(owners))
        found |= {
            owners.get(pk or 0) for pk in theirs.exclude(verb__in=_OWN_VERBS).values_list("subject_id", flat=True)
        }
        # Another list said something about them after this one.
        return found | set(
            about.filter(verb="member.changed_by_import")
            .exclude(detail__of=self.batch.pk)
            .values_list("subject_id", flat=True)
        )

    def _used(self) -> set[int]:
        """Asked of every table that refers to people, so that a new one cannot be forgotten."""
        found: set[int] = set()
        for relation in Member._meta.related_objects:
            model: Any = relation.related_model
            name = relation.field.name
            rows = model._base_manager.filter(**{f"{name}__in": self.ids})  # noqa: SLF001 (public in spite of its name)
            if relation.one_to_many or relation.one_to_one:
                rows = self._foreign(model, rows)
            if rows is not None:
                found |= set(rows.values_list(f"{name}_id" if not relation.many_to_many else name, flat=True))
        return found & set(self.ids)

    def _foreign(self, model: Any, rows: Any) -> Any:
        """Those of these rows that the import did not make itself; None for tables that do not count."""
        if model in (ImportRow, SignInInvitation, EmailAddress, MemberImport):
            return None
        if model is Notice:
            return rows.exclude(kind=KIND)
        if model in _MADE:
            noted = [row.done.get(_MADE[model]) for row in self.rows]
            own = [pk for one in noted if one for pk in (one if isinstance(one, list) else [one])]
            return rows.exclude(pk__in=own)
        return rows


class _Changes:
    """Rows about people who were known before: each value goes back, provided that it still is what the list said."""

    def __init__(self, rows: Sequence[ImportRow], people: dict[int, Member]) -> None:
        self.rows, self.people = rows, people

    def turn_round(self) -> dict[int, str]:
        """Turn back what can be; why the others stay, by row."""
        reasons: dict[int, str] = {}
        for row in self.rows:
            person = self.people.get(row.person_id or 0)
            if person is None:
                reasons[row.pk] = "gone"
            elif not self._turn(row, person):
                reasons[row.pk] = "changed"
        return reasons

    def _turn(self, row: ImportRow, person: Member) -> bool:  # noqa: C901 (one short step for each table)
        """Turn one row back whole, or not at all."""
        done = row.done
        steps: list[tuple[models.Model, dict[str, Any], dict[str, Any]]] = []
        if done.get("fields"):
            steps.append((person, *_sides(done["fields"])))
        if done.get("membership_fields"):
            joined = Membership.objects.select_for_update().filter(member=person, community=row.of.community_id).first()
            if joined is None:
                return False
            steps.append((joined, *_sides(done["membership_fields"])))
        if done.get("languages"):
            spoken = DirectoryEntry.objects.select_for_update().filter(member=person).first()
            if spoken is None:
                return False
            steps.append((spoken, {"languages": done["languages"][0]}, {"languages": done["languages"][1]}))
        if done.get("role"):
            place = Affiliation.objects.select_for_update().filter(pk=done["role"][0]).first()
            if place is None:
                return False
            steps.append((place, {"role": done["role"][1]}, {"role": done["role"][2]}))
        if any(getattr(one, name) != value for one, _before, after in steps for name, value in after.items()):
            return False
        if not self._leaves(row, person):
            return False
        for one, before, _after in steps:
            for name, value in before.items():
                setattr(one, name, value)
            one.save(update_fields=list(before))
        self._drop(done)
        return True

    def _leaves(self, row: ImportRow, person: Member) -> bool:
        """Whether a membership that this list began is still as it began, and nobody came in by it."""
        if "membership" not in row.done:
            return True
        if person.last_login and row.of.committed_at and person.last_login > row.of.committed_at:
            return False
        one = Membership.objects.filter(pk=row.done["membership"], state=Membership.State.ACTIVE)
        touched = Entry.objects.filter(
            subject_type=Membership._meta.label_lower, subject_id=row.done["membership"]
        ).exclude(verb__in=_OWN_VERBS)
        return one.exists() and not touched.exists()

    def _drop(self, done: dict[str, Any]) -> None:
        for model, name in _MADE.items():
            if noted := done.get(name):
                rows = model._default_manager.filter(pk__in=noted if isinstance(noted, list) else [noted])
                rows.delete()


def _sides(changes: dict[str, list[Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {name: pair[0] for name, pair in changes.items()}, {name: pair[1] for name, pair in changes.items()}


@transaction.atomic
def _drop_organisations(batch: MemberImport) -> None:
    """Delete the organisations that only this import knew."""
    made = ImportOrganisation.objects.filter(of=batch, is_made=True).exclude(found=None)
    ids = set(made.values_list("found_id", flat=True))
    for relation in Organisation._meta.related_objects:
        model: Any = relation.related_model
        if model is not ImportOrganisation:
            name = relation.field.name
            ids -= set(model._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))  # noqa: SLF001 (public in spite of its name)
    about = Entry.objects.filter(subject_type=Organisation._meta.label_lower, subject_id__in=ids)
    ids -= set(about.exclude(verb__in=_OWN_VERBS).values_list("subject_id", flat=True))
    others = ImportOrganisation.objects.exclude(of=batch).filter(Q(found__in=ids) | Q(near__in=ids))
    others.filter(near__in=ids).update(near=None, is_near=False)
    Organisation.objects.filter(pk__in=ids).delete()
