from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import emails, guards, series_emails  # noqa: F401 (app ready: registers the drawers and the guards)
