from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddField("notice", "facts", models.JSONField(blank=True, null=True)),
        migrations.AlterField("notice", "subject", models.CharField(blank=True, max_length=300)),
    ]
