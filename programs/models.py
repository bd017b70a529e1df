"""SSKE: the programme's template, its editions, their cohorts and dated sessions."""

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.models.events import EventQuerySet
from forestallies.lib.fields import LineField, ProseField
from forestallies.lib.links import check_web_link
from members.models import Circle, Community, Member, StakeholderCategory
from members.models.people import check_zone


class Programme(models.Model):
    """A template: modules and sessions as day offsets from the kick-off, to be run as often as one likes."""

    slug = models.SlugField(unique=True)
    short_name = models.CharField(max_length=20)
    name = LineField(_("name"), max_length=160)
    summary = ProseField(_("summary"))
    zone = models.CharField(max_length=60, validators=[check_zone])  # one anchor without clock changes
    wall_time = models.TimeField(_("usual start"))
    countries = ArrayField(models.CharField(max_length=2), default=list)
    seats_per_country = models.PositiveSmallIntegerField(default=7)  # a target: more is a warning, not a wall

    def __str__(self) -> str:
        return self.short_name


class Module(models.Model):
    """A phase of the programme with goals of its own."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="modules")
    position = models.PositiveSmallIntegerField()
    name = LineField(_("name"), max_length=120)
    goals = ProseField(_("goals"), blank=True)

    class Meta:
        ordering = ["programme", "position"]
        constraints = [models.UniqueConstraint(fields=["programme", "position"], name="module_position_once")]

    def __str__(self) -> str:
        return self.name


class Audience(models.TextChoices):
    """Whom a session is for."""

    CORE = "core", _("core group")
    ALL = "all", _("core and wider group")


class SessionPlan(models.Model):
    """One session of the template: its number, how many days after the kick-off, how long, on what, for whom."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="session_plans")
    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="session_plans")
    number = models.PositiveSmallIntegerField()
    day_offset = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    title = LineField(_("title"), max_length=160)
    topics = ProseField(_("topics"), blank=True)  # one a line
    audience = models.CharField(max_length=10, choices=Audience)
    note = ProseField(blank=True)  # for staff: where the papers contradict themselves

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="session_plan_number_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="session_plan_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, member: Member, *, at: datetime) -> "EditionQuerySet":
        """Editions one has a grant on (what the public may read of an edition stands on its open page)."""
        return self.filter(circle__in=Circle.objects.visible_to(member, at=at))


class Edition(models.Model):
    """One run of a programme, with its dates and people."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        ARCHIVED = "archived", _("archived")

    TRANSITIONS = {
        State.PLANNED: {State.RUNNING},
        State.RUNNING: {State.ARCHIVED},
        State.ARCHIVED: set(),
    }

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="editions")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)  # "SSKE 2026–27"
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the day of the last session, included
    countries = ArrayField(models.CharField(max_length=2), default=list)
    zone = models.CharField(max_length=60, validators=[check_zone])
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="edition")
    wider_registration_opens_on = models.DateField(null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="edition_ends_later")]

    def __str__(self) -> str:
        return self.name


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, member: Member, *, at: datetime) -> "CohortQuerySet":
        """Cohorts of the editions one has a staff right on."""
        return self.filter(edition__in=Edition.objects.visible_to(member, at=at))


class Cohort(models.Model):
    """The core or the wider group of an edition, as a circle."""

    class Kind(models.TextChoices):
        CORE = "core", _("core group")
        WIDER = "wider", _("wider group")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="cohorts")
    kind = models.CharField(max_length=10, choices=Kind)
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="cohort")
    first_session = models.PositiveSmallIntegerField(default=0)  # number of the session from which it takes part

    objects = CohortQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="cohort_once")]

    def __str__(self) -> str:
        return f"{self.edition} {self.kind}"


class Enrolment(models.Model):
    """A person's place in a cohort: for which country, and which stakeholders she speaks for."""

    class State(models.TextChoices):
        NOMINATED = "nominated", _("nominated")
        INVITED = "invited", _("invited")
        APPLIED = "applied", _("applied")
        SELECTED = "selected", _("selected")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        ACTIVE = "active", _("active")
        COMPLETED = "completed", _("completed")
        INCOMPLETE = "incomplete", _("incomplete")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS = {
        State.NOMINATED: {State.SELECTED, State.DECLINED, State.WITHDRAWN},
        State.INVITED: {State.SELECTED, State.DECLINED, State.WITHDRAWN},
        State.APPLIED: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.SELECTED: {State.ACTIVE, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: {State.ACTIVE, State.DECLINED, State.WITHDRAWN},
        State.DECLINED: set(),
        State.ACTIVE: {State.COMPLETED, State.INCOMPLETE, State.WITHDRAWN},
        State.COMPLETED: {State.INCOMPLETE},
        State.INCOMPLETE: {State.COMPLETED},
        State.WITHDRAWN: {State.ACTIVE},
    }

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="enrolments")
    country = models.CharField(max_length=2)
    category = models.ForeignKey(
        StakeholderCategory, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    state_since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "member"], name="enrolment_once")]

    def __str__(self) -> str:
        return f"enrolment {self.pk} ({self.state})"


class SessionQuerySet(EventQuerySet):
    def visible_to(self, member: Member, *, at: datetime) -> "SessionQuerySet":
        """Sessions whose event the person may see."""
        return self.filter(pk__in=Event.objects.visible_to(member, at=at))


class Session(Event):
    """A dated session of an edition. Seats, reminders and attendance are the event's."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="sessions")
    plan = models.ForeignKey(SessionPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    session_audience = models.CharField(max_length=10, choices=Audience)

    objects = SessionQuerySet.as_manager()  # type: ignore[misc]  # narrows the parent's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="session_number_once")]

    def save(self, **kwargs: Any) -> None:
        self.kind = "session"
        super().save(**kwargs)


class PartnerQuerySet(models.QuerySet["Partner"]):
    def shown(self) -> "PartnerQuerySet":
        return self.filter(is_shown=True)

    def kept_by(self, member: Member, *, at: datetime) -> "PartnerQuerySet":
        """Those whose entry a person may change: partners of programmes and communities that she coordinates."""
        if member.is_superuser:
            return self.all()
        mine = Circle.objects.run_by(member, at=at)
        return self.filter(Q(programme__editions__circle__in=mine) | Q(community__circle__in=mine)).distinct()


class Partner(models.Model):
    """An organisation that carries a programme or a community, as everybody reads of it."""

    class Role(models.TextChoices):
        CONVENOR = "convenor", _("convenor")
        ORGANISER = "organiser", _("organiser")
        FUNDER = "funder", _("funder or supporter")
        COUNTRY_TEAM = "country_team", _("country team")

    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="partners", verbose_name=_("programme")
    )
    community = models.ForeignKey(
        Community, null=True, blank=True, on_delete=models.PROTECT, related_name="partners", verbose_name=_("community")
    )
    name = LineField(_("name"), max_length=160)  # as it writes itself; not translated
    role = models.CharField(_("role"), max_length=20, choices=Role)
    country = models.CharField(_("country"), max_length=2, blank=True)  # of a country team
    text = ProseField(_("what it does here"), blank=True, max_length=600)
    link = models.URLField(_("link"), max_length=300, blank=True, validators=[check_web_link])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_shown = models.BooleanField(_("shown to everybody"), default=True)
    # A logo is shown with a permission on record only; without one the name stands alone.
    logo_allowed_by = LineField(_("who allowed the logo"), max_length=160, blank=True)
    logo_allowed_on = models.DateField(_("allowed on"), null=True, blank=True)
    logo_allowed_until = models.DateField(_("allowed until"), null=True, blank=True)  # included; empty: until withdrawn

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(programme__isnull=False, community__isnull=True)
                | Q(programme__isnull=True, community__isnull=False),
                name="partner_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(logo_allowed_by="", logo_allowed_on__isnull=True)
                | (~Q(logo_allowed_by="") & Q(logo_allowed_on__isnull=False)),
                name="partner_logo_permission_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may_show_logo(self, today: date) -> bool:
        """Whether a permission is on record that holds on a day."""
        if not self.logo_allowed_by or self.logo_allowed_on is None or self.logo_allowed_on > today:
            return False
        return self.logo_allowed_until is None or today <= self.logo_allowed_until


class PartnerLogo(models.Model):
    """The picture itself: a PNG or JPEG, checked when it came in and small enough for a slow line."""

    MOST_BYTES = 20_000
    MOST_SIDE = 1_200  # pixels

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="logo", primary_key=True)
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"logo of partner {self.partner_id}"
