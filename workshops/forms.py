"""The staff admin's form of a workshop."""

from django.utils.translation import gettext_lazy

from events.forms.scheduling import EventForm


class WorkshopForm(EventForm):
    """A workshop of a gathering, on one theme."""

    class Meta:
        labels = {"gathering": gettext_lazy("Gathering"), "theme": gettext_lazy("Theme")}
