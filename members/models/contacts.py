"""Contact requests: somebody asks to write to somebody, and no address is shown before she says yes."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import ProseField
from members.models.people import Member

MESSAGE_LENGTH = 500
REQUESTS_A_DAY = 5  # from one person, whatever became of them
PAUSE = timedelta(days=30)  # after one that was taken back, before the same two are asked again


class ContactRequestQuerySet(models.QuerySet["ContactRequest"]):
    def visible_to(self, member: Member) -> "ContactRequestQuerySet":
        """Those that one made or got; nobody else reads them, not even the team."""
        return self.filter(Q(asker=member) | Q(asked=member))

    def between(self, one: Member, other: Member) -> "ContactRequestQuerySet":
        return self.filter(Q(asker=one, asked=other) | Q(asker=other, asked=one))


class ContactRequest(models.Model):
    """One person's wish to get in touch with another, and her answer."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not accepted")
        WITHDRAWN = "withdrawn", _("taken back")
        ENDED = "ended", _("ended")

    TRANSITIONS = {
        State.OPEN: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: {State.ENDED},
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
        State.ENDED: set(),
    }

    asker = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="contacts_asked")
    asked = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="contacts_received")
    message = ProseField(_("Your message"), max_length=MESSAGE_LENGTH)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)  # when it left the state of waiting

    objects = ContactRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "asked"], condition=Q(state__in=["open", "accepted"]), name="contact_request_once"
            ),
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="contact_request_of_two"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="contact_request_end_has_date",
            ),
        ]
        indexes = [models.Index(fields=["asker", "created_at"], name="contact_request_by_asker")]

    def __str__(self) -> str:
        return f"contact request {self.pk}"

    def other(self, member: Member) -> Member:
        """The one of the two who is not this person."""
        return self.asked if self.asker_id == member.pk else self.asker

    def may_become(self, state: str, *, by: Member) -> bool:
        """Whether a person may bring it into a state: who was asked answers, who asked takes back, both may end it."""
        mine = (
            {self.State.WITHDRAWN, self.State.ENDED}
            if by.pk == self.asker_id
            else ({self.State.ACCEPTED, self.State.DECLINED, self.State.ENDED} if by.pk == self.asked_id else set())
        )
        return state in mine and state in self.TRANSITIONS[self.State(self.state)]

    def repeat_is_refused(self, at: datetime) -> bool:
        """Whether it stands in the way of another request by the same person."""
        if self.state == self.State.DECLINED:
            return True
        return bool(self.closed_at and at < self.closed_at + PAUSE)
