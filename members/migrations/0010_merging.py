"""What stays of merged records: docs/decisions/0019-merging.md tells why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_memberships_begin_to_count"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254, unique=True)),
                ("since", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_addresses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "former addresses",
            },
        ),
        migrations.CreateModel(
            name="Merged",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "of",
                    models.CharField(choices=[("person", "Person"), ("organisation", "Organisation")], max_length=12),
                ),
                ("former_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_records",
                        to="members.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "merged records",
                "constraints": [
                    models.UniqueConstraint(fields=("of", "former_id"), name="merged_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("member__isnull", False), ("of", "person"), ("organisation", None)),
                            models.Q(("member", None), ("of", "organisation"), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="merged_into_its_like",
                    ),
                ],
            },
        ),
    ]
