"""Materials of an event: files and links, each in one language and for those whom it concerns."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from forestallies.lib.fields import LineField
from members.models import Circle, Member


class MaterialQuerySet(models.QuerySet["Material"]):
    def released(self, at: datetime) -> "MaterialQuerySet":
        return self.filter(released_at__lte=at)

    def for_audience(self) -> "MaterialQuerySet":
        return self.filter(visibility=Material.Visibility.AUDIENCE)

    def visible_to(self, member: Member, *, at: datetime) -> "MaterialQuerySet":
        """What is released to one's circles, of published events; everything of events one runs or has a role in.

        A material without circles of its own is for the whole audience of its event.
        """
        from events.models.roles import Role

        mine = Circle.objects.of(member, at=at)
        own = Material.audience.through.objects.filter(material=OuterRef("pk"))
        event = Event.audience.through.objects.filter(event=OuterRef("event"), circle__in=mine)
        helping = Role.objects.standing().filter(event=OuterRef("event"), member=member)
        released = Q(released_at__lte=at, visibility=Material.Visibility.AUDIENCE) & ~Q(event__state="draft")
        for_me = Exists(own.filter(circle__in=mine)) | (~Exists(own) & Exists(event))
        return self.filter(
            Q(event__in=Event.objects.run_by(member, at=at)) | Exists(helping) | (released & Exists(event) & for_me)
        )


class Material(models.Model):
    """A file or a link. It has no address of its own: whoever may see it opens it through the portal."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("slides")
        TERMS = "terms", _("list of terms")
        DOCUMENT = "document", _("document")
        RECORDING = "recording", _("recording")

    class Visibility(models.TextChoices):
        TEAM = "team", _("those who have a role")
        AUDIENCE = "audience", _("participants")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="materials")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DOCUMENT)
    title = LineField(_("title"), max_length=160)  # in the material's own language
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True, validators=[URLValidator(schemes=["https", "http"])])
    name = LineField(max_length=200, blank=True)  # of the file, as its owner called it
    content_type = models.CharField(max_length=100, blank=True)  # found in the content, not what the browser said
    size = models.PositiveBigIntegerField(null=True, blank=True)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    visibility = models.CharField(_("for"), max_length=10, choices=Visibility, default=Visibility.AUDIENCE)
    audience = models.ManyToManyField(Circle, blank=True, related_name="materials", verbose_name=_("only for"))
    released_at = models.DateTimeField(_("visible from"), null=True, blank=True)  # null: not yet
    posted_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url="", size__isnull=False) & ~Q(name="") | Q(size__isnull=True, name="") & ~Q(url=""),
                name="material_is_file_or_link",
            ),
        ]
        indexes = [models.Index(fields=["released_at"], name="material_by_release")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_file(self) -> bool:
        return self.size is not None

    @property
    def ending(self) -> str:
        """What a reader calls the type of the file: `PDF`; empty for a link."""
        return self.name.rsplit(".", 1)[-1].upper() if self.is_file and "." in self.name else ""

    @property
    def host(self) -> str:
        """Where a link leads, so that nobody is surprised; empty for a file."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_for_team(self) -> bool:
        return self.visibility == self.Visibility.TEAM

    def is_released(self, at: datetime) -> bool:
        """Whether the participants it is for see it; those who have a role see it from the start."""
        return not self.is_for_team and self.released_at is not None and self.released_at <= at


class MaterialFile(models.Model):
    """The bytes of a material, kept in the database that all web hosts share; read in slices, never whole."""

    material = models.OneToOneField(Material, on_delete=models.CASCADE, related_name="file", primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of material {self.material_id}"
