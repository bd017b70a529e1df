"""How somebody comes into an event, as functions of the database: docs/decisions/0008-seats-at-speed.md tells why."""

from django.db import migrations

SEATS = """
CREATE FUNCTION events_seats(wanted bigint, OUT taken bigint, OUT waiting bigint, OUT first bigint, OUT last bigint)
LANGUAGE sql STABLE AS $$
    SELECT count(*) FILTER (WHERE state <> 'waitlisted'), count(*) FILTER (WHERE state = 'waitlisted'),
           coalesce(min(queue_no), 0), coalesce(max(queue_no), 0)
    FROM events_registration
    WHERE event_id = wanted AND state IN ('confirmed', 'offered', 'waitlisted')
$$
"""

ENTER = """
CREATE FUNCTION events_enter(
    wanted bigint, person bigint, actor bigint, moment timestamptz, with_circle boolean, is_approved boolean,
    wish_interpretation text, wish_needs text[], wish_note text,
    OUT registration bigint, OUT former text, OUT outcome text, OUT number bigint, OUT since timestamptz,
    OUT is_invited boolean, OUT event events_event
) LANGUAGE plpgsql AS $$
DECLARE
    seats record;
BEGIN
    SELECT e.* INTO STRICT event FROM events_event AS e WHERE e.id = wanted FOR NO KEY UPDATE;
    SELECT r.id, r.state, r.queue_no, r.created_at INTO registration, former, number, since
    FROM events_registration AS r WHERE r.event_id = wanted AND r.member_id = person;
    is_invited := EXISTS (
        SELECT FROM events_event_audience AS audience
        JOIN members_circlemember AS belonging ON belonging.circle_id = audience.circle_id
        WHERE audience.event_id = wanted AND belonging.member_id = person
            AND belonging.joined_at <= moment AND (belonging.left_at IS NULL OR belonging.left_at > moment)
    );
    former := coalesce(former, '');
    IF former IN ('pending', 'confirmed', 'waitlisted', 'offered') THEN
        outcome := former;
        RETURN;
    END IF;

    seats := events_seats(wanted);
    number := NULL;
    IF event.needs_approval AND NOT is_approved THEN
        outcome := 'pending';
    ELSIF seats.waiting = 0 AND (event.capacity IS NULL OR seats.taken < event.capacity) THEN
        outcome := 'confirmed';
    ELSE
        outcome := 'waitlisted';
        number := seats.last + 1;
    END IF;

    INSERT INTO events_registration AS r (
        event_id, member_id, state, queue_no, automatic, interpretation, needs, note, cancelled_by, created_at,
        state_since
    ) VALUES (
        wanted, person, outcome, number, with_circle, coalesce(wish_interpretation, ''),
        coalesce(wish_needs, ARRAY[]::text[]), coalesce(wish_note, ''), '', moment, moment
    )
    ON CONFLICT (event_id, member_id) DO UPDATE SET
        state = excluded.state, queue_no = excluded.queue_no, automatic = excluded.automatic,
        interpretation = coalesce(wish_interpretation, r.interpretation), needs = coalesce(wish_needs, r.needs),
        note = coalesce(wish_note, r.note), cancelled_by = '', offer_expires_at = NULL,
        state_since = excluded.state_since
    RETURNING r.id, r.created_at INTO registration, since;

    INSERT INTO events_transition (registration_id, from_state, to_state, by_id, at, reason, told)
    VALUES (registration, former, outcome, actor, moment, CASE WHEN former = '' THEN '' ELSE 'again' END, false);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_places")]

    operations = [
        migrations.RunSQL(SEATS, "DROP FUNCTION events_seats"),
        migrations.RunSQL(ENTER, "DROP FUNCTION events_enter"),
    ]
