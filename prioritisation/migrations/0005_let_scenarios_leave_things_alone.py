from django.db import migrations, models

PARAMETERS = {
    "end_user_say": "end users' say",
    "people_exponent": "people",
    "gap_emphasis": "extra weight for people it hasn't won yet",
    "responsiveness": "how far one requirement moves adoption",
    "assumed_adoption": "adoption assumed before any reading",
    "assumed_seats": "seats that belief weighs",
}


class Migration(migrations.Migration):
    dependencies = [("prioritisation", "0004_keep_scenarios")]
    operations = [
        *(
            migrations.AlterField(
                model,
                name,
                models.FloatField(words, null=True, blank=True),
            )
            for model in ("scenario", "scenarioevent")
            for name, words in PARAMETERS.items()
        ),
        *(
            migrations.AlterField(model, "importance", models.FloatField(null=True, blank=True))
            for model in ("scenariopersona", "scenariopersonaevent")
        ),
    ]
