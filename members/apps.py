from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import accounts, guards, message_kinds  # noqa: F401 (they register themselves)
