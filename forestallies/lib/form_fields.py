"""Form fields for what their own class has: the type stubs know every field of a form by its base alone."""

from typing import Any

from django.forms import BaseForm


def field_of(form: BaseForm, name: str) -> Any:
    """Give a field of a form, to set `choices` or `queryset` when the form is made."""
    return form.fields[name]
