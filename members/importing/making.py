"""New people, straight from the rows of an import: a statement for each table, a thousand people at a time.

Django would make an object of each row of each table only to spell it out as SQL again, which took most of the time.
What a statement does not name gets the default of its field, so that a new field needs no line here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED

from audit.models import Entry
from members.importing.known import VERSION
from members.models import Affiliation, CircleMember, Consent, DirectoryEntry, Member, MemberImport, Membership

_NUMBERED = """
UPDATE members_importrow SET person_id = nextval(pg_get_serial_sequence('members_member', 'id'))
WHERE id = ANY(%(ids)s) AND person_id IS NULL AND done IS NULL RETURNING id
"""
_SOURCE = """
FROM members_importrow r
LEFT JOIN members_importorganisation i ON i.of_id = r.of_id AND i.folded = fa_fold(r.values->>'organisation')
LEFT JOIN members_organisation o
  ON o.id = CASE WHEN i.is_near AND i.near_id IS NOT NULL THEN i.near_id ELSE i.found_id END
"""
_NEW = " WHERE r.id = ANY(%(ids)s)"
_SINCE = "coalesce((r.values->>'joined_on')::date, (%(at)s AT TIME ZONE 'UTC')::date)"
_SINCE_MOMENT = "coalesce((r.values->>'joined_on')::date::timestamp AT TIME ZONE 'UTC', %(at)s)"
_PERSON: dict[str, str] = {
    "id": "r.person_id",
    # As Django's own unusable passwords: no hash begins with this sign, and no two are the same.
    "password": "'!' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
    "email": "r.values->>'email'",
    "name": "r.values->>'name'",
    "country": "coalesce(r.values->>'country', %(country)s)",
    "zone": "r.values->>'own_zone'",
    "language": "r.values->>'own_language'",
    "gender": "coalesce(r.values->>'gender', 'undisclosed')",
    "age_band": "coalesce(r.values->>'age_band', 'undisclosed')",
    "created_at": "%(at)s",
}
_MEMBERSHIP = {
    "member_id": "r.person_id",
    "community_id": "%(community)s",
    "organisation_id": "o.id",
    "stakeholder": "coalesce(r.values->>'stakeholder', o.kind, nullif(%(stakeholder)s, ''), 'INDV')",
    "joined_at": _SINCE_MOMENT,
}
_BELONGING = {"circle_id": "%(circle)s", "member_id": "r.person_id", "joined_at": _SINCE_MOMENT}
_PLACE = {
    "member_id": "r.person_id",
    "organisation_id": "o.id",
    "role": "coalesce(r.values->>'role', '')",
    "starts_on": _SINCE,
}
_SPOKEN = {
    "member_id": "r.person_id",
    "languages": "ARRAY(SELECT jsonb_array_elements_text(r.values->'languages'))",
}
_CONSENT = {
    "member_id": "r.person_id",
    "term": "term",
    "version": f"'{VERSION}'",
    "language": "r.values->>'own_language'",
    "given_at": "least(coalesce(r.stamp, %(at)s), %(at)s)",
}
_HISTORY = {"at": "%(at)s", "actor_id": "%(by)s", "detail": "jsonb_build_object('of', %(import)s)"}
_ABOUT_PERSON = {
    **_HISTORY,
    "verb": "'member.imported'",
    "subject_type": "'members.member'",
    "subject_id": "r.person_id",
}
_ABOUT_MEMBERSHIP = {
    **_HISTORY,
    "verb": "'membership.begun'",
    "subject_type": "'members.membership'",
    "subject_id": "s.id",
    "detail": "jsonb_build_object('of', %(import)s, 'community', %(community)s)",
}
_DONE = """
UPDATE members_importrow r SET outcome = 'create', done = jsonb_strip_nulls(jsonb_build_object(
  'made', true, 'membership', s.id, 'belonging', b.id, 'affiliation', a.id, 'entry', d.id,
  'consents', (SELECT jsonb_agg(c.id) FROM members_consent c WHERE c.member_id = r.person_id)))
FROM members_membership s
JOIN members_circlemember b ON b.member_id = s.member_id
LEFT JOIN members_affiliation a ON a.member_id = s.member_id
LEFT JOIN members_directoryentry d ON d.member_id = s.member_id
WHERE s.member_id = r.person_id AND r.id = ANY(%(ids)s)
"""


def make_people(batch: MemberImport, ids: Sequence[int], *, at: datetime) -> list[int]:
    """Make the people of those of these rows that have none yet, with all that belongs to them; returns their rows.

    They get no mail by this, and nobody finds them in the directory before they want to be listed.
    """
    values: dict[str, Any] = {
        "ids": list(ids),
        "at": at,
        "import": batch.pk,
        "by": batch.by_id,
        "country": batch.country,
        "stakeholder": batch.stakeholder,
        "community": batch.community_id,
        "circle": batch.community.circle_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, values)
        values["ids"] = [pk for (pk,) in cursor.fetchall()]
        if not values["ids"]:
            return []
        for model, given, source in (
            (Member, _PERSON, _SOURCE + _NEW),
            (Membership, _MEMBERSHIP, _SOURCE + _NEW),
            (CircleMember, _BELONGING, _SOURCE + _NEW),
            (Affiliation, _PLACE, _SOURCE + _NEW + " AND o.id IS NOT NULL"),
            (DirectoryEntry, _SPOKEN, _SOURCE + _NEW + " AND r.values ? 'languages'"),
            (Consent, _CONSENT, _SOURCE + ", jsonb_array_elements_text(r.values->'consents') AS term" + _NEW),
            (Entry, _ABOUT_PERSON, _SOURCE + _NEW),
            (Entry, _ABOUT_MEMBERSHIP, _SOURCE + " JOIN members_membership s ON s.member_id = r.person_id" + _NEW),
        ):
            cursor.execute(*_insert(model, given, source, values))
        cursor.execute(_DONE, values)
    return list(values["ids"])


def _insert(
    model: type[models.Model], given: Mapping[str, str], source: str, values: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """INSERT … SELECT for a model, with the defaults of the fields that are not given."""
    columns, expressions, defaults = [], [], {}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column in given:
            columns.append(column)
            expressions.append(given[column])
        elif field.default is not NOT_PROVIDED or not (field.null or field.primary_key):
            columns.append(column)
            expressions.append(f"%(default_{column})s")
            defaults[f"default_{column}"] = field.get_db_prep_save(field.get_default(), connection)
    statement = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(expressions)} {source}"
    return statement, {**values, **defaults}
