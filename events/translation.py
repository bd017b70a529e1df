"""What members read in their own language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from events.models import Event, Question, Room, Segment


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "description")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("words", "choices")


@register(Room)
class RoomTranslation(TranslationOptions):
    fields = ("name",)


@register(Segment)
class SegmentTranslation(TranslationOptions):
    fields = ("title",)
