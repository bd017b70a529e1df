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
    Kind(name="data_export_ready", label=_("copy of one’s own data")),
    Kind(name="erasure_asked", label=_("wish to be erased, to confirm")),
    Kind(name="records_merged", label=_("two records of one person became one")),
    Kind(name="erasure_planned", label=_("day of the erasure")),
)
