"""The project package as an app: it owns database functions, system checks and the commands that join several apps."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "forestallies"
    verbose_name = "Forest Allies portal"

    def ready(self) -> None:
        from forestallies import digest, inactivity, message_kinds  # noqa: F401 (they register themselves)
        from forestallies.merging import emails as merging_emails  # noqa: F401 (registers itself)
        from forestallies.privacy import checks, emails, exporting  # noqa: F401 (they register themselves)
