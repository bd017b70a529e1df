"""Applications for membership: they come before the account."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text
from forestallies.lib.database import Fold, alike
from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.communities import Community
from members.models.organisations import Organisation
from members.models.people import Member, check_zone

DECLINE_UNDO = timedelta(hours=1)
# What the queue is searched by.
WORDS = Fold(Concat("name", Value(" "), "organisation_name", Value(" "), "email", output_field=models.CharField()))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> "ApplicationQuerySet":
        return self.filter(state__in=Application.OPEN)

    def decided(self) -> "ApplicationQuerySet":
        return self.filter(state__in=[Application.State.APPROVED, Application.State.DECLINED])

    def matching(self, words: str) -> "ApplicationQuerySet":
        """Those with these words in the name, the organisation or the address; capitals and accents do not matter."""
        return self.alias(words=WORDS).filter(words__contains=Fold(Value(text.tidy(words))))

    def alike(self, name: str, *, at_least: float) -> "ApplicationQuerySet":
        """Those by people with a name that resembles this one, the most alike first, with their `likeness`."""
        return alike(self, name, at_least=at_least)

    def visible_to(self, member: Member, *, at: datetime) -> "ApplicationQuerySet":
        """Those of the communities one coordinates."""
        return self.filter(community__circle__in=Circle.objects.run_by(member, at=at))


class Application(models.Model):
    """What a person wrote to join a community, and what became of it.

    The applicant reads the state through a link with a token; only the token's hash is kept.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        IN_REVIEW = "in_review", _("in review")
        INFO_REQUESTED = "info_requested", _("more information requested")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Reason(models.TextChoices):
        NOT_A_FIT = "not_a_fit", _("The community is for forest communities and the companies that work with them.")
        INCOMPLETE = "incomplete", _("We could not verify what was written.")
        DUPLICATE = "duplicate", _("You or your organisation already take part.")
        OTHER = "other", _("Another reason; please write to us if you want to know more.")

    TRANSITIONS = {
        State.SUBMITTED: {State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.IN_REVIEW: {State.INFO_REQUESTED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.INFO_REQUESTED: {State.SUBMITTED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.APPROVED: set(),
        State.DECLINED: {State.IN_REVIEW, State.WITHDRAWN},  # withdrawn only until it is told
        State.WITHDRAWN: set(),
    }
    OPEN = (State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED)

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=20, choices=State, default=State.SUBMITTED)
    name = LineField(_("Your name"), max_length=120)
    email = models.EmailField(_("E-mail address"))
    country = models.CharField(_("Country"), max_length=2)
    zone = models.CharField(_("Time zone"), max_length=60, validators=[check_zone])
    language = models.CharField(_("Language of our messages"), max_length=10, choices=settings.LANGUAGES)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("Languages you speak"), default=list)
    organisation_name = LineField(_("Organisation"), max_length=160, blank=True)
    # The one she said is hers when the form asked "Did you mean …?". The coordinator has the last word.
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    stakeholder = models.CharField(_("You are part of a"), max_length=4, choices=Organisation.Kind)
    role = LineField(_("Your role there"), max_length=120, blank=True)
    why = ProseField(_("Why do you want to join?"), max_length=2000)
    token_hash = models.CharField(max_length=64, unique=True)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="applications")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "community",
                Lower("email"),
                condition=Q(state__in=["submitted", "in_review", "info_requested"]),
                name="application_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "declined"], decided_at__isnull=False)
                | (~Q(state__in=["approved", "declined"]) & Q(decided_at__isnull=True)),
                name="application_decision_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True)),
                name="application_withdrawal_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "submitted_at"], name="application_queue"),
            models.Index(fields=["community", "decided_at"], name="application_decided"),
            GinIndex(OpClass(WORDS, name="gin_trgm_ops"), name="application_words"),
            GinIndex(OpClass(Fold("name"), name="gin_trgm_ops"), name="application_alike"),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"

    def save(self, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(**kwargs)

    def clean(self) -> None:
        super().clean()
        text.check_printable(self.email)  # a quoted address may hold control characters

    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_told(self, at: datetime) -> bool:
        """Whether the applicant may know: that she is declined is told an hour late, and can be undone till then."""
        return self.state != self.State.DECLINED or not self.decided_at or at >= self.decided_at + DECLINE_UNDO
