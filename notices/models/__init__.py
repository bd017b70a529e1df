"""What is sent, to which address, what people want to receive, and whether the ticks that send are alive."""

from notices.models.addresses import RefusedAddress
from notices.models.heartbeats import Heartbeat
from notices.models.notices import Notice, NoticeQuerySet
from notices.models.preferences import Preference

__all__ = ["Heartbeat", "Notice", "NoticeQuerySet", "Preference", "RefusedAddress"]
