"""What members read in their own language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from programs.models import Module, Partner, Programme, Session, SessionPlan


@register(Programme)
class ProgrammeTranslation(TranslationOptions):
    fields = ("name", "summary")


@register(Module)
class ModuleTranslation(TranslationOptions):
    fields = ("name", "goals")


@register(SessionPlan)
class SessionPlanTranslation(TranslationOptions):
    fields = ("title", "topics")


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = ()


@register(Partner)
class PartnerTranslation(TranslationOptions):
    fields = ("text",)
