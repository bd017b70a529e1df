from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from events import kinds
        from workshops import readiness, todo_sources, topics  # noqa: F401 (registers what members are asked)
        from workshops.views import pages

        kinds.register(
            kinds.Kind(
                "workshop",
                _("workshop"),
                page=lambda event: reverse("workshop_page", args=[event.slug]),
                show=pages.show_workshop,
                model="workshops_workshop",
                topics=topics.topics_of,
                check_ready=readiness.check_tells_benefits,
            )
        )
