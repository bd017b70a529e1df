"""Projects on the ground that a community's companies support beyond their own supply chains."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.communities import Community


class Project(models.Model):
    """One project, as visitors read of it. Who supports it stands with the organisations, which say so themselves."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="projects")
    name = LineField(_("name"), max_length=120)
    summary = ProseField(_("summary"), blank=True)
    country = models.CharField(_("country"), max_length=2)
    landscape = LineField(_("landscape"), max_length=120, blank=True)  # as its people call it; not translated
    is_shown = models.BooleanField(_("shown to everybody"), default=True)

    class Meta:
        ordering = ["country", "name", "pk"]

    def __str__(self) -> str:
        return self.name
