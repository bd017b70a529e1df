"""Words that several rooms share: themes and stakeholder categories."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField


class Theme(models.Model):
    """What a workshop is about; each workshop has exactly one."""

    slug = models.SlugField(unique=True)
    name = LineField(_("name"), max_length=120)
    summary = ProseField(_("summary"), blank=True)
    about = ProseField(_("what it is about, on its own page"), blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("theme_page", args=[self.slug])


class StakeholderCategory(models.Model):
    """A kind of stakeholder in the exchange programme, by a stable code such as PUB, COOP or CSO."""

    code = models.CharField(max_length=4, unique=True)
    name = LineField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "stakeholder categories"

    def __str__(self) -> str:
        return self.name
