from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_facts")]

    operations = [
        migrations.AddIndex(model_name="notice", index=GinIndex(fields=["about"], name="notice_by_about")),
    ]
