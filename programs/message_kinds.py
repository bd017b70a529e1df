"""The kinds of messages of SSKE."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, register

register(Kind(name="certificate_issued", label=_("certificate issued")))
