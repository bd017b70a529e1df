"""Let the questions to silent members count from now on, and give memberships that have ended a line of history.

Without this, everybody would be asked at once whether she stays: until today nobody wrote down who was here.
"""

from django.db import migrations
from django.db.models.functions import TruncDate

from forestallies.lib import clock


def begin_to_count(apps, schema_editor):
    Membership = apps.get_model("members", "Membership")
    MembershipStep = apps.get_model("members", "MembershipStep")
    Member = apps.get_model("members", "Member")
    Member.objects.filter(last_login__isnull=False).update(last_seen_on=TruncDate("last_login"))
    Membership.objects.filter(stayed_at=None).update(stayed_at=clock.now())
    MembershipStep.objects.bulk_create(
        (
            MembershipStep(membership_id=pk, state="ended", reason="other", at=ended_at)
            for pk, ended_at in Membership.objects.filter(state="ended").values_list("pk", "ended_at")
        ),
        batch_size=1_000,
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0008_memberships_in_time")]

    operations = [migrations.RunPython(begin_to_count, migrations.RunPython.noop)]
