from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import (  # noqa: F401 (they register themselves)
            accounts,
            audiences,
            contact_emails,
            emails,
            guards,
            import_emails,
            joining_emails,
            listing_emails,
            mailing_emails,
            message_kinds,
            stopped_addresses,
            timed_mails,
        )
        from members.actions import imports  # noqa: F401 (its workers register themselves)
