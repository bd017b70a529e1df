from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from events import kinds
        from workshops import topics, views

        kinds.register(
            kinds.Kind(
                "workshop",
                _("workshop"),
                page=lambda event: reverse("workshop_page", args=[event.slug]),
                show=views.show_workshop,
                model="workshops_workshop",
                topics=topics.topics_of,
            )
        )
