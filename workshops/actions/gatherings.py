"""Gatherings are made and changed here: from the last one, with relative dates, as drafts."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events.actions import schedule
from events.actions.schedule import ScheduleRefused
from events.models import Event
from forestallies.lib import zones
from members.models import Community, Member
from workshops import planning, policies, slugs
from workshops.actions import points
from workshops.models import BENEFITS, Gathering, Workshop, in_each_language

TRANSLATED = ("title", "description", *BENEFITS)
COPIED = (
    *TRANSLATED, *(column for name in TRANSLATED for column in in_each_language(name)),
    "theme", "purpose", "commodities", "landscape", "about_countries", "countries", "capacity", "needs_approval",
    "makes_offers", "floor_language", "interpretation", "reminders",
)  # fmt: skip
CHANGEABLE = (
    *in_each_language("name"), *in_each_language("summary"),
    "season", "year", "starts_on", "ends_on", "zone", "held", "place", "is_published",
)  # fmt: skip


class GatheringRefused(Exception):
    """This gathering cannot be so, and nothing was changed; the text is a sentence for the reader.

    Attributes:
        field: the field that the sentence is about, or None.
    """

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def create(*, gathering: Gathering, by: Member, at: datetime) -> Gathering:
    """Save a new gathering without workshops; members do not see it yet.

    Raises:
        GatheringRefused: the community has one in that season already.
        PermissionDenied: the person does not plan this community's gatherings.
    """
    _make(gathering, by=by, at=at)
    record(verb="gathering.created", subject=gathering, by=by, at=at)
    return gathering


@transaction.atomic
def clone(
    *,
    source: Gathering,
    gathering: Gathering,
    workshops: Collection[int],
    carry: Collection[int] = (),
    by: Member,
    at: datetime,
) -> Gathering:
    """Make a gathering from an earlier one: its days and workshops at the same distances and hours on the wall.

    The workshops are drafts with the texts, tags, length, seats, languages and audience of the earlier ones. Nothing of
    registrations, questions, roles, rooms, agendas, materials or links comes along; open actions do when asked.

    Args:
        gathering: unsaved, with its community, name, season, first day and zone; the last day follows.
        workshops: ids of those to copy; what is no workshop of the source or was called off is left out.
        carry: ids of open points to lay into the copies of their workshops; all others stay where they are.

    Raises:
        GatheringRefused: the season is taken, or an hour does not exist on the new day.
        PermissionDenied: the person does not plan this community's gatherings.
    """
    gathering.ends_on = gathering.starts_on + (source.ends_on - source.starts_on)
    gathering.held, gathering.place = source.held, source.place
    for column in in_each_language("summary"):
        setattr(gathering, column, getattr(source, column))
    _make(gathering, by=by, at=at)
    made = carried = 0
    for copy in planning.copies(source, starts_on=gathering.starts_on, zone=gathering.zone):
        if copy.workshop.pk in workshops:
            draft = _draft(copy, gathering, by=by, at=at)
            carried += points.carry_along(copy.workshop, draft, carry, by=by, at=at)
            made += 1
    record(verb="gathering.cloned", subject=gathering, by=by, at=at, source=source.pk, workshops=made, carried=carried)
    return gathering


@transaction.atomic
def change(*, gathering: Gathering, values: Mapping[str, Any], by: Member, at: datetime) -> Gathering:
    """Save what was changed of a gathering, and whether members and visitors see it. The workshops stay as they are.

    Args:
        values: of `CHANGEABLE`; the same values again change nothing.

    Raises:
        GatheringRefused: the community has another one in that season, or the days end before they begin.
        PermissionDenied: the person does not plan this community's gatherings.
    """
    policies.check_can_plan(gathering.community, by=by, at=at)
    _lock(gathering.community)
    gathering = Gathering.objects.select_related("community").get(pk=gathering.pk)
    changed = [name for name in CHANGEABLE if name in values and getattr(gathering, name) != values[name]]
    if not changed:
        return gathering
    for name in changed:
        setattr(gathering, name, values[name])
    _check_days(gathering)
    _check_season(gathering)
    gathering.save(update_fields=changed)
    record(verb="gathering.changed", subject=gathering, by=by, at=at, fields=changed, shown=gathering.is_published)
    return gathering


def _make(gathering: Gathering, *, by: Member, at: datetime) -> None:
    policies.check_can_plan(gathering.community, by=by, at=at)
    _lock(gathering.community)
    _check_days(gathering)
    _check_season(gathering)
    gathering.is_published = False
    gathering.slug = slugs.free_gathering_slug(f"{gathering.season}-{gathering.year}")
    gathering.save(force_insert=True)


def _lock(community: Community) -> None:
    """Two people who plan the same season do so one after the other."""
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)


def _check_season(gathering: Gathering) -> None:
    if gathering.season == Gathering.Season.EXTRA:
        return
    same = gathering.community.gatherings.filter(season=gathering.season, year=gathering.year)
    if same.exclude(pk=gathering.pk).exists():
        words = _("There is a gathering of %(season)s %(year)d already. Please choose another season, or “Extra”.")
        said = {"season": gathering.get_season_display(), "year": gathering.year}
        raise GatheringRefused(words % said, field="season")


def _check_days(gathering: Gathering) -> None:
    if gathering.ends_on < gathering.starts_on:
        raise GatheringRefused(_("The last day comes before the first."), field="ends_on")
    _check_year(gathering.starts_on)
    _check_year(gathering.ends_on)


def _check_year(day: date) -> None:
    if day.year not in zones.YEARS:
        raise GatheringRefused(_("Enter a valid date."), field="starts_on")


def _draft(copy: planning.Copy, gathering: Gathering, *, by: Member, at: datetime) -> Workshop:
    source, when = copy.workshop, copy.when
    values: dict[str, Any] = {name: getattr(source, name) for name in COPIED}
    workshop = Workshop(
        gathering=gathering,
        slug=slugs.free_slug(f"{gathering.slug}-{source.title_en or source.title}"),  # type: ignore[attr-defined]  # per language
        state=Event.State.DRAFT,
        home=gathering.community.circle,
        wall_date=when.wall_date,
        wall_time=when.wall_time,
        minutes=when.minutes,
        zone=when.zone,
        **values,
    )
    try:
        return schedule.create(event=workshop, audience=source.audience.all(), by=by, at=at)
    except ScheduleRefused as refusal:
        words = _("“%(title)s”: %(reason)s Nothing was made.") % {"title": source.title, "reason": refusal}
        raise GatheringRefused(words, field="starts_on") from refusal
