"""What members read in their own language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from members.models import Community, Mailing, Project, StakeholderCategory, TermVersion, Theme


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name", "summary", "about")


@register(StakeholderCategory)
class StakeholderCategoryTranslation(TranslationOptions):
    fields = ("name",)


@register(Community)
class CommunityTranslation(TranslationOptions):
    fields = ("name", "purpose")


@register(Mailing)
class MailingTranslation(TranslationOptions):
    fields = ("subject", "text")


@register(Project)
class ProjectTranslation(TranslationOptions):
    fields = ("name", "summary")


@register(TermVersion)
class TermVersionTranslation(TranslationOptions):
    fields = ("summary", "text", "changes")
