"""The messages about joining and membership that go out at their hour."""

from members import reviewing, yearly_check
from notices.timed import Sender, register

register("applications", Sender(reviewing.send_due, reviewing.count_due, "mails about more applications"))
register("yearly_check", Sender(yearly_check.send_due, yearly_check.count_due, "yearly questions to members"))
register(
    "organisation_check",
    Sender(yearly_check.send_to_contacts, yearly_check.count_to_contacts, "yearly questions about organisations"),
)
