"""The terms that hold today become their first version; the commitment and the competition-law notice come apart.

Until now one consent stood for both of them, so whoever agreed to it has agreed to each: a second row says so, with the
same date, language and withdrawal. No row is changed, and going back takes away those second rows alone.
"""

from django.db import migrations

from members import terms


def take_in(apps, schema_editor):
    versions = apps.get_model("members", "TermVersion")
    for term, words in terms.first_words().items():
        versions.objects.get_or_create(
            term=term,
            version=terms.FIRST_VERSION,
            defaults={
                **words,
                "summary": words["summary_en"],
                "text": words["text_en"],
                "written_at": terms.FIRST_IN_FORCE,
                "published_at": terms.FIRST_IN_FORCE,
                "in_force_from": terms.FIRST_IN_FORCE,
            },
        )


def separate(apps, schema_editor):
    consents = apps.get_model("members", "Consent")
    consents.objects.bulk_create(
        (
            consents(
                term="competition",
                member_id=one.member_id,
                version=one.version,
                language=one.language,
                given_at=one.given_at,
                withdrawn_at=one.withdrawn_at,
            )
            for one in consents.objects.filter(term="commitment").order_by("pk").iterator()
        ),
        batch_size=1000,
    )


def join_again(apps, schema_editor):
    apps.get_model("members", "Consent").objects.filter(term="competition").delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0013_terms_and_sign_in")]
    operations = [
        migrations.RunPython(take_in, migrations.RunPython.noop),
        migrations.RunPython(separate, join_again),
    ]
