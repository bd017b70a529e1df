"""The event: something that happens at a time, with seats in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events import kinds
from forestallies.lib import zones
from forestallies.lib.fields import LineField, ProseField
from members.models import Circle, Grant, Member
from members.models.people import check_zone

DOORS_OPEN = timedelta(minutes=20)  # before the start
TEAM_DOORS_OPEN = timedelta(minutes=60)  # for those with a part, who try sound and slides


class EventQuerySet(models.QuerySet["Event"]):
    def published(self) -> "EventQuerySet":
        return self.exclude(state=Event.State.DRAFT)

    def scheduled(self) -> "EventQuerySet":
        return self.filter(state=Event.State.SCHEDULED)

    def upcoming(self, at: datetime) -> "EventQuerySet":
        return self.filter(ends_at__gt=at)

    def starting_between(self, start: datetime, end: datetime) -> "EventQuerySet":
        """Half-open: an event that starts at `end` is not among them."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def for_audience_of(self, member: Member, *, at: datetime) -> "EventQuerySet":
        """Events one of whose audience circles the person belongs to."""
        mine = Circle.objects.of(member, at=at)
        return self.filter(Exists(Event.audience.through.objects.filter(event=OuterRef("pk"), circle__in=mine)))

    def run_by(self, member: Member, *, at: datetime, rights: tuple[str, ...] = Grant.STAFF) -> "EventQuerySet":
        """Events whose home the person holds one of these rights on (staff rights by default), drafts included."""
        if member.is_superuser:
            return self.all()
        held = Grant.objects.current(at).filter(member=member, right__in=rights)
        return self.filter(Q(home__in=held.values("circle")) | Q(home__parent__in=held.values("circle")))

    def staffed_by(self, member: Member, *, at: datetime) -> "EventQuerySet":
        """Events one has a role in, and all that one's staff rights look after; not those one merely attends."""
        from events.models.roles import Role

        helping = Role.objects.standing().filter(member=member).values("event")
        return self.filter(Q(pk__in=self.run_by(member, at=at).values("pk")) | Q(pk__in=helping))

    def visible_to(self, member: Member, *, at: datetime) -> "EventQuerySet":
        """Published events of one's circles, those one has a role in, and all that one's grants look after."""
        from events.models.roles import Role

        if member.is_superuser:
            return self.all()
        mine = Circle.objects.of(member, at=at)
        invited = Event.audience.through.objects.filter(event=OuterRef("pk"), circle__in=mine)
        helping = Role.objects.standing().filter(event=OuterRef("pk"), member=member)
        held = Grant.objects.current(at).filter(member=member, right__in=Grant.STAFF).values("circle")
        return self.filter(
            (~Q(state=Event.State.DRAFT) & Exists(invited))
            | Exists(helping)
            | Q(home__in=held)
            | Q(home__parent__in=held)
        )


def every_reminder() -> list[str]:
    """The reminders of a new event: all of them."""
    return list(Event.Reminder.values)


class Event(models.Model):
    """What happens at a time. The wall clock in the event's own zone is the truth; the instants are derived from it.

    `live` and `held` are properties of the clock, never stored. Workshops and sessions are kinds of event with a table
    of their own; locks are always taken here, on the parent row.
    """

    class Reminder(models.TextChoices):
        """A message ahead of the start, by how long before it comes."""

        WEEK = "7d", _("7 days before, in the morning")
        DAY = "24h", _("the day before")
        HOUR = "1h", _("an hour before")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS = {
        State.DRAFT: {State.SCHEDULED, State.CANCELLED},
        State.SCHEDULED: {State.CLOSED, State.CANCELLED},
        State.CLOSED: {State.SCHEDULED},
        State.CANCELLED: set(),
    }

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)  # of the calendar entry, for life
    kind = models.CharField(max_length=20, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    title = LineField(_("title"), max_length=160)
    description = ProseField(_("description"), blank=True)
    home = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="home_events", verbose_name=_("home"))
    audience = models.ManyToManyField(Circle, blank=True, related_name="events", verbose_name=_("audience"))

    wall_date = models.DateField(_("date"))
    wall_time = models.TimeField(_("start, on the wall clock of the zone"))
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    zone = models.CharField(_("time zone"), max_length=60, validators=[check_zone])
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # grows with every move
    countries = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("countries in the country line")
    )

    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, help_text=_("Empty: open to all."))
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    promotion_until = models.DateTimeField(_("waiting list moves up until"), null=True, blank=True)

    needs_approval = models.BooleanField(
        _("registrations need approval"), default=False, help_text=_("Each waits until somebody of the team decides.")
    )
    makes_offers = models.BooleanField(
        _("free seats are offered"),
        default=False,
        help_text=_("The next person in line has some hours to take it. Otherwise it is hers at once."),
    )
    automatic = models.ManyToManyField(
        Circle,
        blank=True,
        related_name="automatic_events",
        verbose_name=_("registered without asking"),
        help_text=_("Everybody in these circles has a place from the start and can decline it."),
    )

    floor_language = models.CharField(_("floor language"), max_length=10, choices=settings.LANGUAGES, default="en")
    interpretation = ArrayField(
        models.CharField(max_length=10, choices=settings.LANGUAGES),
        default=list,
        blank=True,
        verbose_name=_("interpretation into"),
    )
    join_url = models.URLField(_("meeting link"), blank=True, validators=[URLValidator(schemes=["https"])])
    meeting_number = LineField(_("meeting number"), max_length=40, blank=True)
    passcode = LineField(_("passcode"), max_length=40, blank=True)
    dial_in = LineField(_("dial-in"), max_length=160, blank=True)
    urgent_contact = LineField(
        _("help on the day"),
        max_length=160,
        blank=True,
        help_text=_("Whom to call or write to when somebody cannot get in: a name and a telephone number."),
    )
    reminders = ArrayField(
        models.CharField(max_length=5, choices=Reminder),
        default=every_reminder,
        blank=True,
        verbose_name=_("reminders"),
        help_text=_("To everybody with a seat, at each person's own local time."),
    )
    # Reminders whose hour was before this are neither sent nor missed: it was announced, moved or changed after them.
    reminders_since = models.DateTimeField(null=True, blank=True, editable=False)
    attendance_recorded_at = models.DateTimeField(null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "scheduled", "closed", "cancelled"]), name="event_state_known"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="event_registration_window",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(state="scheduled"), name="event_scheduled_by_start"),
            models.Index(fields=["home", "starts_at"], name="event_by_home"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None or {"wall_date", "wall_time", "minutes", "zone"} & set(
            kwargs["update_fields"]
        ):
            self.derive_instants()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "starts_at", "ends_at"}
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return kinds.of(self).page(self)

    def clean(self) -> None:
        super().clean()
        if (
            self.wall_date
            and self.wall_time
            and self.zone
            and zones.is_skipped(self.wall_date, self.wall_time, self.zone)
        ):
            raise ValidationError(
                {"wall_time": _("The clocks in this zone jump over that time. Please choose another one.")}
            )

    @property
    def kind_label(self) -> str:
        return str(kinds.of(self).label)

    def derive_instants(self) -> None:
        """Set `starts_at` and `ends_at` (UTC, half-open) from the wall clock; also after a change of zone rules."""
        self.starts_at, self.ends_at = zones.instants(self.wall_date, self.wall_time, self.minutes, self.zone)

    def is_live(self, at: datetime) -> bool:
        return self.state == self.State.SCHEDULED and self.starts_at <= at < self.ends_at

    def doors_open_at(self, *, for_team: bool = False) -> datetime:
        return self.starts_at - (TEAM_DOORS_OPEN if for_team else DOORS_OPEN)

    def doors_are_open(self, at: datetime, *, for_team: bool = False) -> bool:
        """Whether one may come in: from 20 minutes before the start, an hour for the team, until the end."""
        return self.state == self.State.SCHEDULED and self.doors_open_at(for_team=for_team) <= at < self.ends_at

    def is_held(self, at: datetime) -> bool:
        return self.state in (self.State.SCHEDULED, self.State.CLOSED) and self.ends_at <= at

    def opens_at(self) -> datetime:
        return self.registration_opens_at or datetime.min.replace(tzinfo=UTC)

    def closes_at(self) -> datetime:
        """When registration ends: as set, and never later than the start."""
        return min(self.registration_closes_at or self.starts_at, self.starts_at)

    def takes_registrations(self, at: datetime) -> bool:
        return self.state == self.State.SCHEDULED and self.opens_at() <= at < self.closes_at()

    def promotes(self, at: datetime) -> bool:
        """Whether a freed seat still goes to the waiting list."""
        return self.state == self.State.SCHEDULED and at < self.promotes_until()

    def promotes_until(self) -> datetime:
        """The last moment at which a freed seat goes to the waiting list: as set, and never later than the start."""
        return min(self.promotion_until or self.starts_at, self.starts_at)

    def country_line(self) -> str:
        return zones.country_line(self.starts_at, self.countries, self.zone)
