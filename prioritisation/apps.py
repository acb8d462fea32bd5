from django.apps import AppConfig
from django.core import checks


class PrioritisationConfig(AppConfig):
    name = "prioritisation"

    def ready(self):
        from prioritisation.pipeline.checks import triggers_are_installed

        checks.register(triggers_are_installed, checks.Tags.database)
