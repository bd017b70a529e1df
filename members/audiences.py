"""Audiences: whom one can write to. Apps above make theirs known, so that letters need not know of events.

A choice is stored with the letter as JSON: of what kind, which one, which groups in it, and which countries and
languages (none chosen: all). Who that is, is asked anew whenever it matters; a letter that was sent keeps the number.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from forestallies.lib import zones
from members import policies
from members.models import Circle, CircleMember, Member, Membership
from notices.models import Preference

LETTER, IMPORTANT = "letter", "letter_important"  # kinds of messages


@dataclass(frozen=True)
class Selection:
    """Whom somebody chose to write to. `of` names a kind of audience, `id` which one."""

    of: str
    id: int
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Selection":
        lists = {name: tuple(stored.get(name, ())) for name in ("groups", "countries", "languages")}
        return cls(of=stored["of"], id=stored["id"], **lists)

    def as_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Target:
    """Something whose people one may write to.

    Attributes:
        name: what it is called.
        circle_id: where a letter to them belongs.
        about: how notices name what the letter is about, beside the circle; or empty.
        groups: those that can be chosen in it, by name; `chosen` are ticked from the start.
        needs_group: nobody is written to when none is ticked.
    """

    of: str
    id: int
    name: str
    circle_id: int
    about: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    needs_group: bool = False


Filled = dict[str, str]
Filler = Callable[[str | None], Filled]


@dataclass(frozen=True, kw_only=True)
class Audience:
    """One kind of audience.

    Attributes:
        describe: gives the target with an id to whoever may read of a letter to it; None when it is gone.
        open: gives the target with an id to somebody who may write to its people. Raises Http404 where she may not
            see it, PermissionDenied with a sentence where she may not write.
        people: those of the chosen groups, each once, active or not, with an address or not.
        placeholders: words in braces that a letter may hold, beside {name}.
        fill: gives a function that says what stands in their place for a reader in a zone, in the active language; with
            None for the zone, for many readers at once. Asks the database once, however many readers follow.
    """

    describe: Callable[[int], Target | None]
    open: Callable[[int, Member, datetime], Target]
    people: Callable[[Selection, datetime], QuerySet[Member]]
    placeholders: tuple[str, ...] = ()
    fill: Callable[[Selection], Filler] = lambda _selection: lambda _zone: {}


_AUDIENCES: dict[str, Audience] = {}


def register(name: str, audience: Audience) -> None:
    """Make a kind of audience known by the name that letters store; apps call it when they are ready."""
    _AUDIENCES[name] = audience


def get(name: str) -> Audience:
    """Raises KeyError for a kind that nobody registered."""
    return _AUDIENCES[name]


def open_target(of: str, target_id: int, *, by: Member, at: datetime) -> Target:
    """Give whose people somebody may write to.

    Raises:
        Http404: there is no such thing, or she may not see it.
        PermissionDenied: she sees it, but does not write to its people.
    """
    if of not in _AUDIENCES:
        raise Http404
    return _AUDIENCES[of].open(target_id, by, at)


def chosen(selection: Selection, *, at: datetime) -> QuerySet[Member]:
    """The active people of a choice, those without an address among them."""
    people = get(selection.of).people(selection, at).filter(is_active=True)
    if selection.countries:
        people = people.filter(country__in=selection.countries)
    if selection.languages:
        people = people.filter(language__in=selection.languages)
    return people


def reached(selection: Selection, *, at: datetime) -> QuerySet[Member]:
    """Those of a choice to whom a letter goes: active, with an address."""
    return chosen(selection, at=at).filter(email__isnull=False)


@dataclass(frozen=True)
class Spread:
    """A choice in numbers. `languages` and `countries` count those with an address; `unwilling` want no letters."""

    people: int
    without_address: int
    unwilling: int
    languages: Counter[str]
    countries: Counter[str]

    @property
    def count(self) -> int:
        """To how many a letter goes."""
        return self.people - self.without_address


def spread(selection: Selection, *, at: datetime) -> Spread:
    """Count the people of a choice, in one query."""
    unwilling = Preference.objects.filter(member=OuterRef("pk"), kind=LETTER, wanted=False)
    rows = chosen(selection, at=at).order_by().annotate(unwilling=Exists(unwilling), has_none=Q(email__isnull=True))
    counted = rows.values_list("language", "country", "has_none", "unwilling").annotate(number=Count("pk"))
    people, without, against = 0, 0, 0
    languages: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for language, country, has_none, is_against, number in counted:
        people += number
        if has_none:
            without += number
            continue
        against += number if is_against else 0
        languages[language] += number
        countries[country] += number
    return Spread(people, without, against, languages, countries)


def in_words(selection: Selection, target: Target) -> list[str]:
    """Say a choice: whom, from where and who reads which languages; a line for each that was chosen."""
    lines = [target.groups[name] for name in selection.groups if name in target.groups]
    if selection.countries:
        names = ", ".join(zones.country_name(code) if code else _("no country given") for code in selection.countries)
        lines.append(_("from: %(countries)s") % {"countries": names})
    if selection.languages:
        known = dict(settings.LANGUAGES)
        names = ", ".join(str(known.get(code, code)) for code in selection.languages)
        lines.append(_("who read: %(languages)s") % {"languages": names})
    return lines or [_("everybody in it")]


INNER = "inner"


def _open_circle(circle_id: int, by: Member, at: datetime) -> Target:
    circle = get_object_or_404(Circle.objects.visible_to(by, at=at), pk=circle_id)
    policies.check_can_write_to(circle, by=by, at=at)
    return _circle(circle)


def _describe_circle(circle_id: int) -> Target | None:
    circle = Circle.objects.filter(pk=circle_id).first()
    return _circle(circle) if circle else None


def _circle(circle: Circle) -> Target:
    groups = {INNER: _("and the people of the groups inside it")} if circle.inner.exists() else {}
    return Target("circle", circle.pk, circle.name, circle.pk, groups=groups, chosen=tuple(groups))


def _people_of_circle(selection: Selection, at: datetime) -> QuerySet[Member]:
    circles = Q(circle=selection.id)
    if INNER in selection.groups:
        circles |= Q(circle__parent=selection.id)
    belongs = CircleMember.objects.current(at).filter(circles, member=OuterRef("pk"))
    pauses = Membership.objects.filter(
        member=OuterRef("pk"), community__circle=selection.id, state=Membership.State.DORMANT
    )
    people: QuerySet[Member] = Member.objects.filter(Exists(belongs)).exclude(Exists(pauses))
    return people


def circles_to_write_to(by: Member, *, at: datetime) -> list[Circle]:
    """The circles that somebody coordinates, each before those inside it; `people` counts who is in it or in those."""
    there = CircleMember.objects.current(at).filter(
        Q(circle=OuterRef("pk")) | Q(circle__parent=OuterRef("pk")), member__is_active=True
    )
    each_once = Func("member", template="COUNT(DISTINCT %(expressions)s)", output_field=IntegerField())
    number = there.order_by().annotate(number=each_once).values("number")
    circles = Circle.objects.run_by(by, at=at).select_related("parent")
    counted = circles.annotate(people=Subquery(number))
    return sorted(counted, key=lambda one: (one.parent.name if one.parent else one.name, bool(one.parent), one.name))


register("circle", Audience(describe=_describe_circle, open=_open_circle, people=_people_of_circle))
