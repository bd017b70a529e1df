"""Forest Allies: gatherings, twice a year, and the workshops in them."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Event
from events.models.events import EventQuerySet
from forestallies.lib import zones
from forestallies.lib.fields import LineField, ProseField
from forestallies.lib.links import check_web_link
from members.models import Community, Member, Organisation, Theme
from members.models.people import check_zone

BENEFITS = ("benefit_communities", "benefit_markets")
BENEFIT_LENGTH = 300  # of each of the two texts on who benefits


def in_each_language(name: str) -> list[str]:
    """The columns of a translated field: `name_en`, …, `name_pt_br`."""
    return [f"{name}_{code.replace('-', '_')}" for code, _language in settings.LANGUAGES]


class GatheringQuerySet(models.QuerySet["Gathering"]):
    def published(self) -> "GatheringQuerySet":
        return self.filter(is_published=True)

    def visible_to(self, member: Member, *, at: datetime) -> "GatheringQuerySet":
        """Published gatherings of one's communities, and all of those one runs."""
        mine = Community.objects.filter(circle__belongings__in=member.belongings.current(at))
        run = Community.objects.visible_to(member, at=at)
        return self.filter(Q(is_published=True, community__in=mine) | Q(community__in=run)).distinct()


class Gathering(models.Model):
    """A season's meeting of a community: one or two days with several workshops."""

    class Season(models.TextChoices):
        SPRING = "spring", _("Spring")
        AUTUMN = "autumn", _("Autumn")
        EXTRA = "extra", pgettext_lazy("season", "Extra")

    class Held(models.TextChoices):
        ONLINE = "online", _("online")
        ON_SITE = "on_site", _("in one place")
        HYBRID = "hybrid", _("in one place and online")

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="gatherings")
    slug = models.SlugField(unique=True)
    name = LineField(_("name"), max_length=120)
    summary = ProseField(_("summary"), blank=True)
    season = models.CharField(_("season"), max_length=10, choices=Season)
    year = models.PositiveSmallIntegerField(_("year"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))  # included: people say "1 to 2 December"
    zone = models.CharField(_("time zone"), max_length=60, validators=[check_zone])
    held = models.CharField(_("how it is held"), max_length=10, choices=Held, default=Held.ONLINE)
    place = LineField(_("place"), max_length=120, blank=True)  # as its people write it; not translated
    is_published = models.BooleanField(_("shown to members and visitors"), default=False)

    objects = GatheringQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="gathering_ends_later"),
            models.UniqueConstraint(
                fields=["community", "year", "season"],
                condition=Q(season__in=["spring", "autumn"]),
                name="gathering_once_a_season",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gathering_page", args=[self.slug])

    def where(self) -> str:
        """Say how and where it is held: “online”, “in one place: Accra”."""
        return f"{self.get_held_display()}: {self.place}" if self.place else self.get_held_display()


class WorkshopQuerySet(EventQuerySet):
    def visible_to(self, member: Member, *, at: datetime) -> "WorkshopQuerySet":
        """Workshops whose event the person may see."""
        return self.filter(pk__in=Event.objects.visible_to(member, at=at))


class Workshop(Event):
    """A facilitated meeting on exactly one theme. Seats, reminders and attendance are the event's."""

    class Purpose(models.TextChoices):
        SOLUTIONS = "solutions", _("finding solutions")
        LEADERSHIP = "leadership", _("thought leadership and advocacy")
        SHARING = "sharing", _("sharing knowledge")

    class Commodity(models.TextChoices):
        COCOA = "cocoa", _("cocoa")
        COFFEE = "coffee", _("coffee")
        TIMBER = "timber", _("timber")
        NON_TIMBER = "non_timber", _("non-timber forest products")
        PALM_OIL = "palm_oil", _("palm oil")
        RUBBER = "rubber", _("rubber")
        TEA = "tea", _("tea")
        FRUIT_NUTS = "fruit_nuts", _("fruit and nuts")
        CARBON = "carbon", _("carbon and other ecosystem services")

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="workshops")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="workshops")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    benefit_communities = ProseField(
        _("what forest communities gain"), blank=True, validators=[MaxLengthValidator(BENEFIT_LENGTH)]
    )
    benefit_markets = ProseField(_("what markets gain"), blank=True, validators=[MaxLengthValidator(BENEFIT_LENGTH)])
    commodities = ArrayField(
        models.CharField(max_length=20, choices=Commodity), default=list, blank=True, verbose_name=_("commodities")
    )
    landscape = LineField(_("landscape"), max_length=120, blank=True)  # as its people call it; not translated
    about_countries = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("countries it is about")
    )

    objects = WorkshopQuerySet.as_manager()  # type: ignore[misc]  # narrows the parent's

    def save(self, **kwargs: Any) -> None:
        self.kind = "workshop"
        super().save(**kwargs)

    def benefits(self) -> list[tuple[str, str]]:
        """Pairs of a side and what it gains, in the reader's language, else in another."""
        sides = (_("For forest communities"), _("For markets"))
        return [(str(side), words) for side, name in zip(sides, BENEFITS, strict=True) if (words := self._said(name))]

    def _said(self, name: str) -> str:
        return getattr(self, name) or next(filter(None, (getattr(self, one) for one in in_each_language(name))), "")

    def missing_benefits(self) -> list[str]:
        """Name those of the two texts on who benefits that are written in no language."""
        return [name for name in BENEFITS if not any(getattr(self, one) for one in in_each_language(name))]

    def tags(self) -> list[str]:
        """What it is about beside its theme, in the reader's language: commodities, landscape, countries."""
        labels = dict(self.Commodity.choices)
        named = [str(labels.get(code, code)) for code in self.commodities]
        return [*named, *filter(None, [self.landscape]), *(zones.country_name(code) for code in self.about_countries)]


class Appearance(models.Model):
    """A member's wish to be named on the list of participants of one gathering; everybody else is only counted."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="appearances", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="appearances")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "member"], name="appearance_once")]

    def __str__(self) -> str:
        return f"member {self.member_id} on the list of gathering {self.gathering_id}"


class GroupNote(models.Model):
    """One state of the notes that a workshop's group writes together; the latest version is what holds.

    The group owns them: earlier states stay, so that nothing is lost whoever saves last.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="group_notes", db_index=False)
    version = models.PositiveIntegerField()
    words = ProseField(_("notes"), blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="group_notes")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["workshop", "version"], name="group_note_once")]

    def __str__(self) -> str:
        return f"notes of workshop {self.workshop_id}, version {self.version}"


class OpenPointQuerySet(models.QuerySet["OpenPoint"]):
    def open(self) -> "OpenPointQuerySet":
        return self.filter(state=OpenPoint.State.OPEN)

    def waiting_for(self, gathering: Gathering) -> "OpenPointQuerySet":
        """Open ones that still lie in an earlier gathering of the same community."""
        earlier = Q(workshop__gathering__community=gathering.community_id)
        return self.open().filter(earlier, workshop__gathering__starts_on__lt=gathering.starts_on)

    def carried_into(self, gathering: Gathering) -> "OpenPointQuerySet":
        """Those that lie in one of its workshops and began in an earlier gathering."""
        came = Carrying.objects.filter(point=models.OuterRef("pk"), target=models.OuterRef("workshop"))
        return self.filter(models.Exists(came), workshop__gathering=gathering)


class OpenPoint(models.Model):
    """An action or a draft that a workshop's group left with. The group owns it, whoever wrote it down."""

    class Kind(models.TextChoices):
        ACTION = "action", _("action")
        DRAFT = "draft", _("draft")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of an action", "open")
        DONE = "done", pgettext_lazy("of an action", "done")
        DROPPED = "dropped", pgettext_lazy("of an action", "dropped")

    TRANSITIONS = {
        State.OPEN: {State.DONE, State.DROPPED},
        State.DONE: {State.OPEN},
        State.DROPPED: {State.OPEN},
    }

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="points")  # where it lies now
    kind = models.CharField(max_length=10, choices=Kind)
    what = LineField(_("what"), max_length=200)
    text = ProseField(_("text"), blank=True, max_length=2000)
    link = models.URLField(_("link"), max_length=500, blank=True, validators=[check_web_link])
    # Who does it: a person, an organisation, or somebody in words; a draft may have nobody.
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="open_points")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="open_points"
    )
    owner_words = LineField(_("who, in words"), max_length=120, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = LineField(_("reason"), max_length=300, blank=True)  # why it was dropped
    version = models.PositiveIntegerField(default=1)  # counts each change, so that nothing is overwritten unseen
    author = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OpenPointQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="open_point_end_has_date",
            ),
            models.CheckConstraint(condition=~Q(state="dropped", reason=""), name="open_point_dropped_with_reason"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(organisation__isnull=True), name="open_point_has_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["owner"], condition=Q(state="open"), name="open_point_by_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of workshop {self.workshop_id}"

    def who(self) -> str:
        """Name who does it; empty for nobody. Owner and organisation are to be selected with the row."""
        return (self.owner.name if self.owner else "") or (
            self.organisation.name if self.organisation else self.owner_words
        )

    def is_late(self, today: date) -> bool:
        return self.state == self.State.OPEN and self.due_on is not None and self.due_on < today


class Carrying(models.Model):
    """An open point's way from a workshop to one of a later gathering."""

    point = models.ForeignKey(OpenPoint, on_delete=models.CASCADE, related_name="carryings")
    source = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"point {self.point_id} from workshop {self.source_id} to {self.target_id}"
