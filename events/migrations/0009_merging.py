"""Two registrations of one person become one: docs/decisions/0019-merging.md tells why."""

from django.conf import settings
from django.db import migrations, models

LOCK = """\
    -- A person whose record is merged into another one meanwhile is there no more: nothing is written, and the caller
    -- gets no registration. Whoever merges waits for this transaction, and takes along what it wrote.
    PERFORM FROM members_member AS m WHERE m.id = person FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
"""

ENTER = """
CREATE OR REPLACE FUNCTION events_enter(
    wanted bigint, person bigint, actor bigint, moment timestamptz, with_circle boolean, is_approved boolean,
    wish_interpretation text, wish_needs text[], wish_note text,
    OUT registration bigint, OUT former text, OUT outcome text, OUT number bigint, OUT since timestamptz,
    OUT is_invited boolean, OUT event events_event
) LANGUAGE plpgsql AS $$
DECLARE
    seats record;
BEGIN
    SELECT e.* INTO STRICT event FROM events_event AS e WHERE e.id = wanted FOR NO KEY UPDATE;
{lock}    SELECT r.id, r.state, r.queue_no, r.created_at INTO registration, former, number, since
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
    dependencies = [
        ("events", "0008_circles_of_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="registration",
            name="registration_state_known",
        ),
        migrations.AddField(
            model_name="feedbackreceipt",
            name="forms",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="transition",
            name="merged_from",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="registration",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting for approval"),
                    ("confirmed", "confirmed"),
                    ("waitlisted", "on the waiting list"),
                    ("offered", "a place is offered"),
                    ("expired", "the offer expired"),
                    ("declined", "declined"),
                    ("cancelled", "cancelled"),
                    ("merged", "merged"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="transition",
            name="to_state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting for approval"),
                    ("confirmed", "confirmed"),
                    ("waitlisted", "on the waiting list"),
                    ("offered", "a place is offered"),
                    ("expired", "the offer expired"),
                    ("declined", "declined"),
                    ("cancelled", "cancelled"),
                    ("merged", "merged"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="transition",
            index=models.Index(
                condition=models.Q(("merged_from__isnull", False)),
                fields=["merged_from"],
                name="transition_by_merged_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["pending", "confirmed", "waitlisted", "offered", "expired", "declined", "cancelled", "merged"],
                    )
                ),
                name="registration_state_known",
            ),
        ),
        migrations.RunSQL(ENTER.replace("{lock}", LOCK), ENTER.replace("{lock}", "")),
    ]
