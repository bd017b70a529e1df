"""Materials as pages show them: grouped by language, the reader's own first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event, Material
from members.models import Member


@dataclass(frozen=True)
class Group:
    """Materials in one language; `label` names it in the reader's own."""

    language: str
    label: str
    materials: list[Material]


def for_reader(event: Event, *, member: Member, at: datetime) -> list[Group]:
    """The materials of an event that a reader may open, in one query; empty when there are none."""
    rows = Material.objects.visible_to(member, at=at).filter(event=event)
    return grouped(rows, first=get_language() or member.language)


def grouped(materials: Iterable[Material], *, first: str = "") -> list[Group]:
    """Put materials together by language: one's own first, then what is for all languages, then the others."""
    order = list(dict.fromkeys([first or "", "", *(code for code, _name in settings.LANGUAGES)]))
    names = {code: capfirst(str(name)) for code, name in settings.LANGUAGES}
    found: dict[str, list[Material]] = {}
    for material in materials:
        found.setdefault(material.language, []).append(material)
    return [
        Group(code, names.get(code) or _("For all languages"), found[code])
        for code in sorted(found, key=lambda code: order.index(code) if code in order else len(order))
    ]
