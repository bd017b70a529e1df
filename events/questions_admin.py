"""The questions of an event as rows in its form in the staff admin."""

from typing import Any

from django.http import HttpRequest
from modeltranslation.admin import TranslationStackedInline

from events.forms.questions import QuestionForm, QuestionFormSet
from events.models import Question

MOST = 10


class QuestionInline(TranslationStackedInline):
    """Whoever may change the event may change what it asks, as long as it has not begun."""

    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    fields = ("words", "kind", "choices", "required", "position")
    ordering = ("position", "id")
    extra = 1  # so that one can be added without script
    max_num = MOST
    classes = ("collapse",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The page of the event decides who reads it."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self._may(request, obj)

    def _may(self, request: HttpRequest, event: Any) -> bool:
        """Asked several times for each page, answered once."""
        known: dict[int, bool] = request.__dict__.setdefault("may_ask", {})
        if event.pk not in known:
            page: Any = self.admin_site.get_model_admin(self.parent_model)
            known[event.pk] = page.may_ask(request, event)
        return known[event.pk]
