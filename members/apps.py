from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import (  # noqa: F401 (they register themselves)
            accounts,
            emails,
            guards,
            message_kinds,
            stopped_addresses,
            timed_mails,
        )
