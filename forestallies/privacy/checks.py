"""`manage.py check` fails for a field that nobody classified, and for a table in which nobody finds a person's rows."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.db.models import Model

from forestallies.privacy.finders import FINDS, NAMING
from forestallies.privacy.rules import FILE, RULES, CannotBeBlanked, blank_value, classification, rule
from members.models import Member

Messages = list[checks.CheckMessage]


@checks.register("privacy")
def check_every_field_is_classified(app_configs: Any, **kwargs: Any) -> Messages:
    """Compare the classification with every field of every installed model."""
    known = classification()
    messages: Messages = []
    seen: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        listed = known.get(label, {})
        for field in model._meta.local_fields:
            seen.add(f"{label}.{field.name}")
            if rule(listed.get(field.name, "")) not in RULES:
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


@checks.register("privacy")
def check_every_table_leads_to_its_people(app_configs: Any, **kwargs: Any) -> Messages:
    """Hold the finders against every relation to a member and every rule of the classification."""
    messages: Messages = []
    models = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    for label, model in models.items():
        messages += _unruled_relations(label, model)
        messages += _unusable_rules(label, model)
    messages.extend(
        checks.Error(f"finders.py names {label}, which does not exist.", id="privacy.E006")
        for label in (*FINDS, *NAMING)
        if label not in models
    )
    return messages


def people_of(model: type[Model]) -> list[str]:
    """The fields of a model that point to a member."""
    return [field.name for field in model._meta.local_fields if field.is_relation and field.related_model is Member]


def _unruled_relations(label: str, model: type[Model]) -> Iterator[checks.Error]:
    """Whose a row is has to be known, unless the person only acted on it."""
    found = FINDS[label].paths if label in FINDS else ()
    for name in people_of(model):
        stands = rule(classification().get(label, {}).get(name, ""))
        if name in found or stands in ("keep", ""):  # keep: she acted on it; "": E001 says so
            continue
        yield checks.Error(
            f"{label}.{name} points to a person, and nothing says how the row relates to her.",
            hint="Add the table to finders.py, or classify the field as keep when she only acted on the row.",
            id="privacy.E003",
        )


def _unusable_rules(label: str, model: type[Model]) -> Iterator[checks.Error]:
    """Rules that could not be carried out."""
    relations = {field.name for field in model._meta.local_fields if field.is_relation}
    for name, line in classification().get(label, {}).items():
        stands = rule(line)
        if stands in ("blank", "delete") and label not in FINDS and label not in NAMING:
            yield checks.Error(
                f"{label}.{name} holds something about a person, and nothing finds her rows.",
                hint="Add the table to finders.py.",
                id="privacy.E004",
            )
        if stands == "cascade" and name not in relations:
            yield checks.Error(
                f"{label}.{name} is no relation, so that nothing removes it: a person's row is blanked, not deleted.",
                hint="Classify it as keep, blank or delete.",
                id="privacy.E005",
            )
        if stands == "blank" and name in {field.name for field in model._meta.local_fields}:
            try:
                blank_value(label, name)
            except CannotBeBlanked:
                yield checks.Error(f"{label}.{name} cannot be blank.", id="privacy.E007")
