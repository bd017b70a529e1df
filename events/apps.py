from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import (  # noqa: F401 (they register themselves)
            answers,
            attendance_emails,
            audiences,
            dispute_emails,
            emails,
            endings,
            feedback_emails,
            guards,
            material_emails,
            message_kinds,
            role_emails,
            role_guards,
            series_emails,
            several_emails,
            timed_mails,
            todo_sources,
        )
