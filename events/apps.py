from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import guards  # noqa: F401 (app ready: registers the guards)
