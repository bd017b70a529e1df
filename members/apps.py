from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import accounts, guards  # noqa: F401 (app ready: receivers and guards)
