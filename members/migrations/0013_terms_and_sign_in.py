"""Versions of terms, answers to them, the sessions one has open, and the way back to an address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import forestallies.lib.fields

# What somebody agreed to stays as it was; only taking it back, once, and merging two people change a row.
CONSENTS = """
CREATE FUNCTION members_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'member_id' - 'withdrawn_at') IS DISTINCT FROM (to_jsonb(OLD) - 'member_id' - 'withdrawn_at')
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    THEN
        RAISE EXCEPTION 'a consent is withdrawn or it stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER members_consent_stays BEFORE UPDATE ON members_consent
    FOR EACH ROW EXECUTE FUNCTION members_consent_stays();
"""
NO_CONSENTS = """
DROP TRIGGER members_consent_stays ON members_consent;
DROP FUNCTION members_consent_stays();
"""
# Nor does a published version change: people agreed to these words.
VERSIONS = """
CREATE FUNCTION members_term_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'written_by_id' - 'published_by_id')
        IS DISTINCT FROM (to_jsonb(OLD) - 'written_by_id' - 'published_by_id')
    THEN
        RAISE EXCEPTION 'a published term is never changed or deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER members_term_stays BEFORE UPDATE OR DELETE ON members_termversion
    FOR EACH ROW EXECUTE FUNCTION members_term_stays();
"""
NO_VERSIONS = """
DROP TRIGGER members_term_stays ON members_termversion;
DROP FUNCTION members_term_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0012_own_data"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="application",
            name="terms_version",
        ),
        migrations.AddField(
            model_name="member",
            name="sign_outs",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="consent",
            name="term",
            field=models.CharField(
                choices=[
                    ("privacy", "privacy notice"),
                    ("code_of_conduct", "code of conduct"),
                    ("commitment", "commitment to share"),
                    ("competition", "competition-law notice"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_address", models.EmailField(max_length=254)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("changed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("changed_at"))),
                        name="address_change_expires_later",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(max_length=40, unique=True)),
                (
                    "browser",
                    models.CharField(
                        choices=[
                            ("firefox", "Firefox"),
                            ("chrome", "Chrome"),
                            ("edge", "Edge"),
                            ("safari", "Safari"),
                            ("samsung", "Samsung Internet"),
                            ("opera", "Opera"),
                            ("other", "another browser"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("android", "Android"),
                            ("iphone", "iPhone"),
                            ("ipad", "iPad"),
                            ("windows", "Windows"),
                            ("mac", "Mac"),
                            ("linux", "Linux"),
                            ("other", "another device"),
                        ],
                        max_length=10,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "-seen_at"], name="open_session_by_member")],
            },
        ),
        migrations.CreateModel(
            name="TermAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "term",
                    models.CharField(
                        choices=[
                            ("privacy", "privacy notice"),
                            ("code_of_conduct", "code of conduct"),
                            ("commitment", "commitment to share"),
                            ("competition", "competition-law notice"),
                        ],
                        max_length=30,
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("answer", models.CharField(choices=[("later", "later"), ("no", "no")], max_length=5)),
                ("answered_at", models.DateTimeField()),
                ("ask_again_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="term_answers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "term", "version"), name="term_answer_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "later"), ("ask_again_at__isnull", False)),
                            models.Q(("answer", "no"), ("ask_again_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="term_answer_later_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "term",
                    models.CharField(
                        choices=[
                            ("privacy", "privacy notice"),
                            ("code_of_conduct", "code of conduct"),
                            ("commitment", "commitment to share"),
                            ("competition", "competition-law notice"),
                        ],
                        max_length=30,
                    ),
                ),
                ("version", forestallies.lib.fields.LineField(max_length=20, verbose_name="name of the version")),
                ("summary", forestallies.lib.fields.LineField(max_length=240, verbose_name="in one sentence")),
                (
                    "summary_en",
                    forestallies.lib.fields.LineField(max_length=240, null=True, verbose_name="in one sentence"),
                ),
                (
                    "summary_es",
                    forestallies.lib.fields.LineField(max_length=240, null=True, verbose_name="in one sentence"),
                ),
                (
                    "summary_fr",
                    forestallies.lib.fields.LineField(max_length=240, null=True, verbose_name="in one sentence"),
                ),
                (
                    "summary_pt_br",
                    forestallies.lib.fields.LineField(max_length=240, null=True, verbose_name="in one sentence"),
                ),
                ("text", forestallies.lib.fields.ProseField(max_length=20000, verbose_name="text")),
                ("text_en", forestallies.lib.fields.ProseField(max_length=20000, null=True, verbose_name="text")),
                ("text_es", forestallies.lib.fields.ProseField(max_length=20000, null=True, verbose_name="text")),
                ("text_fr", forestallies.lib.fields.ProseField(max_length=20000, null=True, verbose_name="text")),
                ("text_pt_br", forestallies.lib.fields.ProseField(max_length=20000, null=True, verbose_name="text")),
                (
                    "changes",
                    forestallies.lib.fields.ProseField(blank=True, max_length=2000, verbose_name="what is new"),
                ),
                (
                    "changes_en",
                    forestallies.lib.fields.ProseField(
                        blank=True, max_length=2000, null=True, verbose_name="what is new"
                    ),
                ),
                (
                    "changes_es",
                    forestallies.lib.fields.ProseField(
                        blank=True, max_length=2000, null=True, verbose_name="what is new"
                    ),
                ),
                (
                    "changes_fr",
                    forestallies.lib.fields.ProseField(
                        blank=True, max_length=2000, null=True, verbose_name="what is new"
                    ),
                ),
                (
                    "changes_pt_br",
                    forestallies.lib.fields.ProseField(
                        blank=True, max_length=2000, null=True, verbose_name="what is new"
                    ),
                ),
                ("in_force_from", models.DateTimeField(blank=True, null=True)),
                ("written_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("term", "version"), name="term_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at__isnull", True)),
                        fields=("term",),
                        name="term_version_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("in_force_from__isnull", True), ("published_at__isnull", True)),
                            models.Q(("in_force_from__isnull", False), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="term_version_in_force_when_published",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CONSENTS, NO_CONSENTS),
        migrations.RunSQL(VERSIONS, NO_VERSIONS),
    ]
