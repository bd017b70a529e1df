"""Messages about events name the circle whose coordinators read of them, those written before too."""

from django.db import migrations

FORWARD = """
    UPDATE notices_notice AS notice
    SET about = notice.about || named.circles
    FROM (
        SELECT notice.id, array_agg(DISTINCT ('members.circle:' || event.home_id)::varchar) AS circles
        FROM notices_notice AS notice
        CROSS JOIN LATERAL unnest(notice.about) AS label
        JOIN events_event AS event ON label = 'events.event:' || event.id
        GROUP BY notice.id
    ) AS named
    WHERE named.id = notice.id AND NOT notice.about @> named.circles
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0007_reminders"), ("notices", "0004_preferences_refusals_heartbeats")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
