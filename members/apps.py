from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import terms

        # Also after the tables were emptied: without its first versions the portal would ask for each term anew.
        post_migrate.connect(terms.ensure_first_versions, sender=self)
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
