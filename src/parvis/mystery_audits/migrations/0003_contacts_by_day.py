from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mystery_audits', '0002_clock_reading'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['wave', 'planned_on', 'id'], name='contact_wave_day'),
        ),
    ]
