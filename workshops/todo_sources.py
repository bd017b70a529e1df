"""What a group left with and a member took on."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.todos import Row, Source, Titles, Todo, register, rows
from workshops.models import OpenPoint, Workshop

ACTIONS = "open_actions"


def open_actions(member: Member, _at: datetime) -> QuerySet[Any]:
    """One line however many there are: they have a page of their own."""
    hers = OpenPoint.objects.open().filter(owner=member).exclude(workshop__state=Workshop.State.CANCELLED)
    return rows(ACTIONS, Member.objects.filter(Exists(hers), pk=member.pk))


def read_actions(row: Row, _titles: Titles) -> Todo:
    words = _("You took something on in a workshop. How far is it?")
    return Todo(row.source, words, "", reverse("my_actions"), _("See my actions"))


register(ACTIONS, Source(open_actions, read_actions, rank=70))
