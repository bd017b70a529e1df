"""The messages about events that go out at their hour."""

from events import attendance_digest, feedback_requests, material_digest, missed, reminders, role_reminders
from notices.timed import Sender, register

register("reminders", Sender(reminders.send_due, reminders.count_due, "reminders"))
register("role_mails", Sender(role_reminders.send_due, role_reminders.count_due, "mails to those with a part"))
register("feedback", Sender(feedback_requests.send_due, feedback_requests.count_due, "requests for feedback"))
register("materials", Sender(material_digest.send_due, material_digest.count_due, "mails about new materials"))
register("attendance", Sender(attendance_digest.send_due, attendance_digest.count_due, "mails about attendance"))
register("missed", Sender(missed.send_due, missed.count_due, "mails to those who were missed"))
