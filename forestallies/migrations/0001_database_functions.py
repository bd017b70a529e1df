"""Extensions, the folding function and the cache table: what the database needs before any app's tables."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.core.management import call_command
from django.db import migrations

# unaccent() is only STABLE because its dictionary could change; naming the dictionary and schema fixes it, which makes
# this wrapper safe to declare IMMUTABLE and so usable in indexes.
CREATE_FOLD = """
CREATE FUNCTION fa_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));
"""


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CREATE_FOLD, "DROP FUNCTION fa_fold(text)"),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop),
    ]
