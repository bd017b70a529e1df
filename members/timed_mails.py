"""The messages about joining that go out at their hour."""

from members import reviewing
from notices.timed import Sender, register

register("applications", Sender(reviewing.send_due, reviewing.count_due, "mails about more applications"))
