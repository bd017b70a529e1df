from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import answers, emails, feedback_emails, guards, series_emails  # noqa: F401 (they register themselves)
