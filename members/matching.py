"""Which offers fit a need, and the other way round: by theme, country and language, said in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from members.models import Introduction, Listing

SHOWN = 10
THEME, COUNTRY, LANGUAGE = 2, 1, 1
ENOUGH = 2  # the same theme, or the same country and a language in common


@dataclass(frozen=True)
class Match:
    """A listing that fits, and why: `same theme, a language in common`."""

    listing: Listing
    why: Sequence[str]


def matches_of(listing: Listing, *, at: datetime) -> list[Match]:
    """What fits a listing best and was not suggested yet; one query."""
    rows = fitting(listing, at=at).select_related("member", "theme")[:SHOWN]
    return [Match(one, _reasons(one)) for one in rows]


def fitting(listing: Listing, *, at: datetime) -> "QuerySet[Any, Any]":
    """The query behind `matches_of`, the best first."""
    pair = {listing.kind: listing.pk, str(listing.opposite): OuterRef("pk")}
    return (
        Listing.objects.standing_in([listing.community_id], at=at)
        .filter(kind=listing.opposite)
        .exclude(member=listing.member_id)
        .exclude(Exists(Introduction.objects.filter(**pair)))
        .annotate(
            by_theme=_points(Q(theme=listing.theme_id, theme__isnull=False), THEME),
            by_country=_points(Q(country=listing.country) & ~Q(country=""), COUNTRY),
            by_language=_points(Q(languages__overlap=listing.languages), LANGUAGE),
        )
        .annotate(points=F("by_theme") + F("by_country") + F("by_language"))
        .filter(points__gte=ENOUGH)
        .order_by("-points", "-created_at", "-pk")
    )


def _points(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


def _reasons(row: Any) -> list[str]:
    reasons = [
        (row.by_theme, _("same theme")),
        (row.by_country, _("same country")),
        (row.by_language, _("a language in common")),
    ]
    return [words for points, words in reasons if points]
