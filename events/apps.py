from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import answers, emails, guards, material_emails, series_emails  # noqa: F401 (they register themselves)
