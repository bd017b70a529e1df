"""What members read in their own language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from workshops.models import Gathering, Workshop


@register(Gathering)
class GatheringTranslation(TranslationOptions):
    fields = ("name", "summary")


@register(Workshop)
class WorkshopTranslation(TranslationOptions):
    fields = ("benefit_communities", "benefit_markets")
