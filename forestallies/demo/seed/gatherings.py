"""The two gatherings of Forest Allies.

Beside the eight workshops stand two short practice calls, on the day of the demo and the morning after: at any hour of
that day one of them starts within 24 hours, so the minute tick finds its reminders and they can be seen in the mailbox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from events.actions.waiting import OFFER_STANDS
from events.models import Event
from forestallies.demo.seed import presence
from forestallies.demo.seed.dates import Calendar, morning_after
from forestallies.demo.seed.places import Entry, facilitate, invite, register, rotated, sign_up
from forestallies.demo.seed.rows import fixed_uuid, insert_missing, read, save_missing, translated
from members.models import Community, Member, Theme
from workshops.models import Appearance, Gathering, GroupNote, Workshop

# Douala is one hour ahead of UTC all year: 14:00 there is 13:00 UTC in spring and autumn alike, and a civil hour from
# Guatemala (07:00) to Jakarta (20:00). A zone with clock changes would move it for most members; nobody lives in "UTC".
ZONE = "Africa/Douala"
COUNTRIES = ["GT", "PE", "CO", "CM", "NL", "ID"]
EVERY = timedelta(hours=7, minutes=20)  # between two registrations
SEASONS = {
    Gathering.Season.SPRING: {"en": "Spring", "es": "Primavera", "fr": "Printemps", "pt-br": "Primavera"},
    Gathering.Season.AUTUMN: {"en": "Autumn", "es": "Otoño", "fr": "Automne", "pt-br": "Outono"},
}
Words = dict[str, Any]


@dataclass(frozen=True)
class Gatherings:
    """What the loading of a gathering needs to know."""

    community: Community
    themes: dict[str, Theme]
    members: Sequence[Member]
    facilitators: Sequence[Member]
    calendar: Calendar

    def load(self) -> Gathering:
        """Insert both gatherings with their workshops, roles and seats; give the coming one."""
        data = read("forest_allies")
        rows, made = insert_missing(
            [gathering(self.community, one, self.calendar) for one in data["gathering"]], by="slug"
        )
        self._name_some(made)
        for row, words in zip(rows, data["gathering"], strict=True):
            self._load_workshops(row, words)
        self._load_practice_calls(rows[-1], data["practice_call"], data["practice_call_description"])
        return rows[-1]

    def _load_workshops(self, row: Gathering, words: Words) -> None:
        plans = words["workshop"]
        events, made = save_missing([self._workshop(row, words, one) for one in plans], by="uid")
        opened = self.calendar.morning(words["registration_opens_on"])
        entries = [
            entry
            for turn, (event, one) in enumerate(zip(events, plans, strict=True))
            if event in made
            for entry in self._seats(event, one, start=11 * turn, opened=opened)
        ]
        self._open(made, entries)
        presence.note(
            seen
            for event, one in zip(events, plans, strict=True)
            if event in made and "came" in one
            for seen in presence.come(event, one["came"], by=self.facilitators[0])
        )

        GroupNote.objects.bulk_create(
            GroupNote(
                workshop=event,
                version=1,
                words=one["group_notes"],
                author=self.facilitators[0],
                updated_at=event.ends_at,
            )
            for event, one in zip(events, plans, strict=True)
            if event in made and "group_notes" in one
        )

    def _name_some(self, made: Iterable[Gathering]) -> None:
        """Two of three members let themselves be named on the list of participants."""
        Appearance.objects.bulk_create(
            Appearance(gathering=row, member=member, since=self.calendar.ago(20))
            for row in made
            for turn, member in enumerate(self.members)
            if turn % 3
        )

    def _load_practice_calls(self, row: Gathering, calls: Sequence[Words], description: dict[str, str]) -> None:
        events, made = save_missing([self._practice_call(row, one, description) for one in calls], by="uid")
        since = self.calendar.ago(14)
        entries = [
            entry
            for event, one in zip(events, calls, strict=True)
            if event in made
            for entry in sign_up(event, self._of_countries(one["countries"]), first=since, every=timedelta(hours=1))
        ]
        self._open(made, entries)

    def _open(self, made: Sequence[Workshop], entries: Iterable[Entry]) -> None:
        invite((event, self.community.circle) for event in made)
        facilitate(made, self.facilitators)
        register(entries)

    def _workshop(self, row: Gathering, words: Words, one: Words) -> Workshop:
        return Workshop(
            uid=fixed_uuid(f"workshop:{words['key']}:{one['key']}"),
            slug=f"{row.slug}-{one['key']}",
            state=Event.State.CLOSED if words["is_over"] else Event.State.SCHEDULED,
            gathering=row,
            theme=self.themes[one["theme"]],
            purpose=one["purpose"],
            capacity=one["capacity"],
            makes_offers=one.get("makes_offers", False),
            attendance_recorded_at=morning_after(self.calendar.day(one["on"])) if "came" in one else None,
            reminders_since=self.calendar.reminders_since,
            registration_opens_at=self.calendar.morning(words["registration_opens_on"]),
            **translated("title", one["title"]),
            **translated("description", one["description"]),
            **_about(one["theme"]),
            **self._when(self.calendar.day(one["on"]), one["at"], one["minutes"]),
            join_url=f"https://meet.example.org/{row.slug}-{one['key']}",
        )

    def _practice_call(self, row: Gathering, one: Words, description: dict[str, str]) -> Workshop:
        day = self.calendar.today + timedelta(days=one["days_from_today"])
        return Workshop(
            uid=fixed_uuid(f"workshop:{one['key']}"),
            slug=f"{row.slug}-{one['key']}",
            state=Event.State.SCHEDULED,
            gathering=row,
            theme=self.themes[one["theme"]],
            purpose=Workshop.Purpose.SHARING,
            reminders_since=self.calendar.reminders_since - timedelta(days=3),  # the week's is past, the day's is due
            **translated("title", one["title"]),
            **translated("description", description),
            **self._when(day, one["at"], one["minutes"], countries=one["countries"]),
            join_url=f"https://meet.example.org/{one['key']}",
        )

    def _when(self, day: date, at: time, minutes: int, *, countries: Sequence[str] = COUNTRIES) -> Words:
        return {
            "home": self.community.circle,
            "wall_date": day,
            "wall_time": at,
            "minutes": minutes,
            "zone": ZONE,
            "countries": [country for country in COUNTRIES if country in countries],
            "interpretation": ["es", "fr"],
        }

    def _seats(self, event: Event, one: Words, *, start: int, opened: datetime) -> list[Entry]:
        """Fill the seats and the waiting list; the files name some who come and some who do not."""
        by_address = {member.email: member for member in self.members}
        comes, stays_away = one.get("with", []), one.get("without", [])
        first_in_line = one.get("first_in_line", [])
        named = {*comes, *stays_away, *first_in_line}
        others = [member for member in rotated(self.members, start) if member.email not in named]
        chosen = [by_address[email] for email in comes] + others
        line = [by_address[email] for email in first_in_line] + chosen[one["registered"] :]
        people = chosen[: one["registered"]] + line[: one.get("waiting", 0)]
        entries = sign_up(event, people, first=opened, every=EVERY, seats=one["capacity"])
        if one.get("makes_offers"):  # the last seat was given back and is offered to whom it was next
            until = datetime.combine(self.calendar.today, time(9), tzinfo=UTC) + OFFER_STANDS
            last = one["capacity"] - 1
            entries[last] = replace(entries[last], offered_until=until)
        return entries

    def _of_countries(self, countries: Sequence[str]) -> list[Member]:
        return [member for member in self.members if member.country in countries]


def _about(theme: str) -> Words:
    """Who benefits from a workshop on a theme, and what else it is about."""
    data = read("forest_allies")
    benefit, about = data["benefit"][theme], data["about"][theme]
    return {
        **translated("benefit_communities", benefit["communities"]),
        **translated("benefit_markets", benefit["markets"]),
        "commodities": about["commodities"],
        "landscape": about["landscape"],
        "about_countries": about["countries"],
    }


def gathering(community: Community, words: Words, calendar: Calendar) -> Gathering:
    """Name a gathering after the half of the year in which its moved dates lie."""
    starts_on = calendar.day(words["starts_on"])
    season = Gathering.Season.SPRING if starts_on.month <= 6 else Gathering.Season.AUTUMN
    return Gathering(
        community=community,
        slug=f"{season}-{starts_on.year}",
        season=season,
        year=starts_on.year,
        starts_on=starts_on,
        ends_on=calendar.day(words["ends_on"]),
        zone=ZONE,
        is_published=True,
        **translated("name", {language: f"{name} {starts_on.year}" for language, name in SEASONS[season].items()}),
        **translated("summary", words["summary"]),
    )
