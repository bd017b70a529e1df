"""The directory: what people open of themselves to the members of their communities."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import ProseField
from members.models.communities import Community, Membership
from members.models.people import Member
from members.models.vocabulary import Theme

ABOUT_LENGTH = 600

Communities = Sequence[int] | models.QuerySet[Any, Any]  # their ids


class DirectoryEntryQuerySet(models.QuerySet["DirectoryEntry"]):
    def visible_to(self, member: Member, *, at: datetime) -> "DirectoryEntryQuerySet":
        """Of the people who want to be listed, those who are active in a community whose directory one reads."""
        return self.listed_in(readable_communities(member, at=at).values("pk"))

    def listed_in(self, communities: Communities) -> "DirectoryEntryQuerySet":
        """Those who want to be listed and are active in one of these communities."""
        return self.filter(Exists(belonging(OuterRef("member"), communities)), is_listed=True, member__is_active=True)


def belonging(member: Any, communities: Any, **more: Any) -> models.QuerySet[Membership]:
    """The active memberships of somebody in these communities."""
    return Membership.objects.filter(member=member, community__in=communities, state=Membership.State.ACTIVE, **more)


def readable_communities(member: Member, *, at: datetime) -> models.QuerySet[Community]:
    """The communities whose directory a person reads: as an active member, or because she works for it."""
    own = Membership.objects.filter(member=member, state=Membership.State.ACTIVE).values("community")
    looked_after = Community.objects.visible_to(member, at=at).values("pk")
    return Community.objects.filter(Q(pk__in=own) | Q(pk__in=looked_after))


class DirectoryEntry(models.Model):
    """What one person opens of herself. Nothing at all is shown before she chose to be listed.

    Once she is, her name is shown, and of the rest what its own field says. What is hidden is not found either.
    """

    OPENABLE = ("organisation", "country", "stakeholder", "about", "themes", "languages")

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="directory_entry")
    is_listed = models.BooleanField(_("List me in the directory"), default=False)
    about = ProseField(_("About me"), max_length=ABOUT_LENGTH, blank=True)
    themes = models.ManyToManyField(Theme, verbose_name=_("Themes that interest me"), blank=True, related_name="+")
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)  # spoken; ISO 639
    shows_organisation = models.BooleanField(default=True)
    shows_country = models.BooleanField(default=True)
    shows_stakeholder = models.BooleanField(default=True)
    shows_about = models.BooleanField(default=False)
    shows_themes = models.BooleanField(default=False)
    shows_languages = models.BooleanField(default=False)

    objects = DirectoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "directory entries"
        indexes = [GinIndex(fields=["languages"], condition=Q(is_listed=True), name="directory_by_language")]

    def __str__(self) -> str:
        return f"directory entry of member {self.member_id}"

    def shows(self, field: str) -> bool:
        """Whether she opens one of `OPENABLE` to others."""
        return bool(self.is_listed and getattr(self, f"shows_{field}"))
