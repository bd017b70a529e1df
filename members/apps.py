from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import (  # noqa: F401 (they register themselves)
            accounts,
            audiences,
            contact_emails,
            emails,
            endings,
            guards,
            import_emails,
            joining_emails,
            listing_emails,
            mailing_emails,
            membership_emails,
            message_kinds,
            stopped_addresses,
            timed_mails,
            todo_sources,
            visits,
        )
        from members.actions import imports  # noqa: F401 (its workers register themselves)
