"""Materials of an event: posted, changed, released, taken back and removed; the only code that writes them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from audit.models import record
from events import policies
from events.locks import lock_event
from events.models import Event, Material, MaterialFile
from forestallies.lib import links, uploads
from members.models import Circle, Member

MOST = 40  # of one event
MOST_BYTES = 200_000_000  # of one event's files in all


class MaterialRefused(Exception):
    """This material cannot be, and nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What somebody says about a material.

    Attributes:
        language: one of the portal's; empty when it has none or several.
        audience: circles of the event's audience; none means all of them.
    """

    title: str
    kind: str = Material.Kind.DOCUMENT
    language: str = ""
    visibility: str = Material.Visibility.AUDIENCE
    audience: tuple[Circle, ...] = ()

    @property
    def for_team(self) -> bool:
        return self.visibility == Material.Visibility.TEAM


@transaction.atomic
def post_file(
    *, event: Event, words: Words, file: UploadedFile, moment: datetime | None, by: Member, at: datetime
) -> Material:
    """Keep a file with an event, its bytes in the database that all web hosts share.

    Args:
        words: without a title it is called as its file.
        moment: from when participants see it; None for not yet.

    Raises:
        ValidationError: the file is not what its name says, or harmful; see `uploads.inspect`.
        MaterialRefused: the event has as much as it can keep, or something here does not fit it.
        PermissionDenied: the person does not run this event.
    """
    found, name = uploads.inspect(file), uploads.clean_name(file.name or "")
    event = _locked(event, by=by, at=at)
    _check_room(event, found.size)
    material = _new(event, words, moment, by=by, at=at)
    material.name, material.title = name, words.title or name.rsplit(".", 1)[0][:160]
    material.content_type, material.size, material.sha256 = found.content_type, found.size, found.sha256
    _save(material, words)
    file.seek(0)
    MaterialFile.objects.create(material=material, content=file.read())
    return _posted(material, by=by, at=at)


@transaction.atomic
def post_link(*, event: Event, words: Words, url: str, moment: datetime | None, by: Member, at: datetime) -> Material:
    """Keep a link with an event; `moment` as in `post_file`. The portal itself never opens it.

    Raises:
        ValidationError: no address of a web page.
        MaterialRefused, PermissionDenied: as `post_file`.
    """
    links.check_web_link(url)
    event = _locked(event, by=by, at=at)
    _check_room(event, 0)
    material = _new(event, words, moment, by=by, at=at)
    material.title, material.url = words.title, url
    _save(material, words)
    return _posted(material, by=by, at=at)


@transaction.atomic
def change(*, material: Material, words: Words, url: str = "", by: Member, at: datetime) -> Material:
    """Change what is said about a material, and where a link leads. A file stays as it is.

    What becomes the team's alone is not released any more.

    Raises:
        ValidationError, MaterialRefused, PermissionDenied: as `post_link`.
    """
    material = _found(material, by=by, at=at)
    if not material.is_file:
        links.check_web_link(url)
        material.url = url
    _check_circles(material.event, words)
    material.title, material.kind, material.language = words.title, words.kind, words.language
    material.visibility = words.visibility
    if words.for_team:
        material.released_at = None
    _save(material, words)
    record(verb="material.changed", subject=material, by=by, at=at, event=material.event_id)
    return material


@transaction.atomic
def release(*, material: Material, moment: datetime, by: Member, at: datetime) -> Material:
    """Let the participants see a material from a moment on: `at` itself for now, or a later one.

    What they see already stays as it is when it is released now once more.

    Raises:
        MaterialRefused: the moment is over, or the material is for the team alone.
        PermissionDenied: the person does not run this event.
    """
    material = _found(material, by=by, at=at)
    if material.is_for_team:
        raise MaterialRefused(_("This material is for those who have a role, and they see it already."))
    if moment == at and material.is_released(at):
        return material
    _check_moment(moment, at)
    material.released_at = moment
    material.save(update_fields=["released_at"])
    record(verb="material.released", subject=material, by=by, at=at, event=material.event_id, moment=moment.isoformat())
    return material


@transaction.atomic
def take_back(*, material: Material, by: Member, at: datetime) -> Material:
    """Hide a material from the participants again; those who have a role still see it.

    Raises:
        MaterialRefused: it was removed meanwhile.
        PermissionDenied: the person does not run this event.
    """
    material = _found(material, by=by, at=at)
    if material.released_at is not None:
        material.released_at = None
        material.save(update_fields=["released_at"])
        record(verb="material.taken_back", subject=material, by=by, at=at, event=material.event_id)
    return material


@transaction.atomic
def remove(*, material: Material, by: Member, at: datetime) -> None:
    """Delete a material with its file, for good.

    Raises:
        MaterialRefused: it was removed meanwhile.
        PermissionDenied: the person does not run this event.
    """
    material = _found(material, by=by, at=at)
    record(
        verb="material.removed", subject=material, by=by, at=at, event=material.event_id, size=material.size,
        kind=material.kind,
    )  # fmt: skip
    material.delete()


def _locked(event: Event, *, by: Member, at: datetime) -> Event:
    event = lock_event(event.pk)
    policies.check_works(event, "run", by=by, at=at)
    return event


def _found(material: Material, *, by: Member, at: datetime) -> Material:
    """The material as it is now, with its event locked."""
    event = _locked(material.event, by=by, at=at)
    row = event.materials.filter(pk=material.pk).first()
    if row is None:
        raise MaterialRefused(_("This material was removed meanwhile."))
    row.event = event
    return row


def _check_room(event: Event, size: int) -> None:
    kept = event.materials.aggregate(number=Count("pk"), size=Sum("size", default=0))
    if kept["number"] >= MOST:
        words = _("An event keeps at most %(most)d materials. Please remove one first.")
        raise MaterialRefused(words % {"most": MOST})
    if kept["size"] + size > MOST_BYTES:
        words = _("The files of an event may have %(most)d MB in all. Please remove one first, or post a link.")
        raise MaterialRefused(words % {"most": MOST_BYTES // 1_000_000})


def _check_circles(event: Event, words: Words) -> None:
    wanted = {circle.pk for circle in words.audience}
    if wanted - set(event.audience.values_list("pk", flat=True)):
        raise MaterialRefused(_("One of these groups does not belong to the audience of this event."))


def _check_moment(moment: datetime, at: datetime) -> None:
    if moment < at:
        raise MaterialRefused(_("That hour is over. Please choose a later one, or “now”."))


def _new(event: Event, words: Words, moment: datetime | None, *, by: Member, at: datetime) -> Material:
    _check_circles(event, words)
    if moment is not None:
        _check_moment(moment, at)
    return Material(
        event=event,
        kind=words.kind,
        language=words.language,
        visibility=words.visibility,
        released_at=None if words.for_team else moment,
        posted_by=by,
        created_at=at,
    )


def _save(material: Material, words: Words) -> None:
    """Write what was checked; what a form would have refused is refused here as well."""
    try:
        material.full_clean(exclude=["event", "posted_by"])
    except ValidationError as error:
        raise MaterialRefused(" ".join(error.messages)) from error
    material.save()
    material.audience.set(() if words.for_team else words.audience)


def _posted(material: Material, *, by: Member, at: datetime) -> Material:
    record(
        verb="material.posted",
        subject=material,
        by=by,
        at=at,
        event=material.event_id,
        kind=material.kind,
        visibility=material.visibility,
        size=material.size,
        sha256=material.sha256,
        moment=material.released_at.isoformat() if material.released_at else None,
    )
    return material
