"""The kinds of messages that join several apps."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, register

register(
    Kind(
        name="weekly_digest",
        label=_("weekly mail to coordinators"),
        wish=_("On Mondays: what waits for you as a coordinator"),
        for_coordinators=True,
    ),
)
