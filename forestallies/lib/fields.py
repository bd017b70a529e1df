"""Model fields that hold the gate for incoming text, whichever way the text comes in."""

from typing import Any

from django.db import models

from forestallies.lib import text


class LineField(models.CharField):
    """One line of text: cleaned by `forestallies.lib.text.clean` in forms, `full_clean` and on every save.

    Raises:
        ValidationError: on save too, so that an import cannot bring in what a form refuses.
    """

    default_validators = [text.check_printable]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return text.tidy(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return text.clean(value) if isinstance(value, str) else value


class ProseField(models.TextField):
    """Several lines of text, cleaned like `LineField` with its line breaks kept."""

    default_validators = [text.check_printable]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return text.tidy(value, lines=True) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return text.clean(value, lines=True) if isinstance(value, str) else value
