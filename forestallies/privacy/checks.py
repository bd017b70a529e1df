"""`manage.py check` fails for a field that nobody classified, and for a line that names no field."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import checks

FILE = Path(__file__).with_name("fields.toml")
RULES = {"none", "keep", "blank", "delete", "cascade"}


@cache
def classification() -> dict[str, dict[str, str]]:
    """Read `fields.toml`: model label → field name → rule. The rules are explained at the head of the file."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    return {f"{app}.{model}": fields for app, models in tables.items() for model, fields in models.items()}


@checks.register("privacy")
def check_every_field_is_classified(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Compare the classification with every field of every installed model."""
    known = classification()
    messages: list[checks.CheckMessage] = []
    seen: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        listed = known.get(label, {})
        for field in model._meta.local_fields:
            seen.add(f"{label}.{field.name}")
            rule = listed.get(field.name, "").split(" ")[0]
            if rule not in RULES:
                messages.append(
                    checks.Error(
                        f"{label}.{field.name} is not classified as personal or not.",
                        hint=f"Add it to {FILE.name} with one of {', '.join(sorted(RULES))}.",
                        id="privacy.E001",
                    )
                )
    for label, fields in known.items():
        messages.extend(
            checks.Error(f"{FILE.name} classifies {label}.{name}, which does not exist.", id="privacy.E002")
            for name in fields
            if f"{label}.{name}" not in seen
        )
    return messages
