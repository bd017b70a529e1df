"""Every row of the portal, as text that is the same in two databases that hold the same."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

APPS = ("members", "events", "workshops", "programs", "notices", "jobs", "certificates", "account")
MADE_OF_IDS = {
    "certificates.Certificate.key", "members.Mailing.audience", "members.ImportRow.done",
    *(f"notices.Notice.{name}" for name in ("key", "facts", "subject_ref", "about")),
}  # fmt: skip


def portal_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]


def plain(model: type[models.Model]) -> models.QuerySet:
    """The rows of a table as they are, with no manager that translates or leaves out."""
    return models.QuerySet(model)


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: plain(model).count() for model in portal_models()}


def lines() -> list[str]:
    """Every row. Keys are counted from the first row on; the instants of writing are left out."""
    ranks: dict[Any, dict[Any, int]] = {}
    for model in portal_models():
        keys = plain(model).order_by("pk").values_list("pk", flat=True)
        ranks[model] = {key: rank for rank, key in enumerate(keys)}
    return [
        f"{model._meta.label} {list(_cells(model, row, ranks))}"
        for model in portal_models()
        for row in plain(model).order_by("pk").values()
    ]


def _cells(model: type[models.Model], row: dict[str, Any], ranks: dict[Any, dict[Any, int]]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        value = row[field.attname]
        if str(field) in MADE_OF_IDS:
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            continue
        if field.is_relation or field.primary_key:
            value = ranks[field.related_model or model].get(value)
        yield field.attname, bytes(value) if isinstance(value, memoryview) else value


def texts() -> Iterator[str]:
    """Every text in the portal's tables."""
    for model in portal_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
        ]
        for row in plain(model).values_list(*names) if names else ():
            yield from (value for value in row if isinstance(value, str))
