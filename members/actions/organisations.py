"""What is written of an organisation, and whether it is still right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members.models import Member, Organisation, SupportedProject

BY_CONTACTS = ("country",)  # beside the projects; name and kind are what a coordinator decided on
BY_COORDINATORS = ("name", "kind", "country")


@dataclass(frozen=True)
class Project:
    """A project as a form gives it."""

    name: str
    country: str
    link: str = ""


@transaction.atomic
def change(
    *, organisation: Organisation, values: dict[str, Any], projects: Sequence[Project], by: Member, at: datetime
) -> Organisation:
    """Save what is written of an organisation, its supported projects as a whole; the audit names the fields only.

    Whoever saves it has looked at it: it counts as checked. Its contact changes the country and the projects.

    Raises:
        PermissionDenied: `by` neither coordinates it nor is its contact, or changes what a contact may not.
    """
    allowed = what_may_be_changed(organisation, by=by, at=at)
    if not set(values) <= set(allowed):
        raise PermissionDenied(_("You cannot change this."))
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, values[name])
    locked.checked_at = at
    locked.save(update_fields=[*changed, "checked_at"])
    if _replace_projects(locked, projects):
        changed.append("projects")
    record(verb="organisation.changed", subject=locked, by=by, at=at, fields=changed)
    return locked


@transaction.atomic
def confirm(*, organisation: Organisation, by: Member, at: datetime) -> Organisation:
    """Write down that somebody who may change it says that all is right.

    Raises:
        PermissionDenied: `by` neither coordinates it nor is its contact.
    """
    what_may_be_changed(organisation, by=by, at=at)
    Organisation.objects.filter(pk=organisation.pk).update(checked_at=at)
    record(verb="organisation.confirmed", subject=organisation, by=by, at=at)
    organisation.checked_at = at
    return organisation


def what_may_be_changed(organisation: Organisation, *, by: Member, at: datetime) -> tuple[str, ...]:
    """The fields that a person changes, beside the projects.

    Raises:
        PermissionDenied: none, and no project either.
    """
    if Organisation.objects.run_by(by, at=at).filter(pk=organisation.pk).exists():
        return BY_COORDINATORS
    if Organisation.objects.with_contact(by, at=at).filter(pk=organisation.pk).exists():
        return BY_CONTACTS
    raise PermissionDenied(_("Only coordinators and the contact of this organisation change it."))


def _replace_projects(organisation: Organisation, wanted: Sequence[Project]) -> bool:
    before = [Project(one.name, one.country, one.link) for one in organisation.projects.all()]
    if before == list(wanted):
        return False
    organisation.projects.all().delete()
    for one in wanted:
        SupportedProject.objects.create(organisation=organisation, name=one.name, country=one.country, link=one.link)
    return True
