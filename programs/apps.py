from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from events import kinds
        from jobs import work
        from programs import message_kinds, sessions, standing, topics  # noqa: F401 (kinds of messages register themselves)
        from programs.actions import certificates
        from programs.views import pages

        kinds.register(
            kinds.Kind(
                "session",
                _("session"),
                page=lambda event: reverse("session_page", args=[event.slug]),
                show=pages.show_session,
                model="programs_session",
                topics=topics.topics_of,
                called=sessions.called,
                standing=standing.standing_of,
            )
        )
        work.register(certificates.KIND, certificates.issue_all)
