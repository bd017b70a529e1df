import django.contrib.postgres.fields
from django.db import migrations, models

import events.models.events
from forestallies.lib import clock


def begin_here(apps, schema_editor):
    """What is already planned gets those reminders whose hour is still to come; none counts as missed."""
    apps.get_model("events", "Event").objects.update(reminders_since=clock.now())


class Migration(migrations.Migration):
    dependencies = [("events", "0006_the_day")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="reminders",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("7d", "7 days before, in the morning"),
                        ("24h", "the day before"),
                        ("1h", "an hour before"),
                    ],
                    max_length=5,
                ),
                blank=True,
                default=events.models.events.every_reminder,
                help_text="To everybody with a seat, at each person's own local time.",
                size=None,
                verbose_name="reminders",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="reminders_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(begin_here, migrations.RunPython.noop),
    ]
