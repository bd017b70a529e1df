"""The mails of SSKE. One function per message; the words stand in `templates/emails/`."""

from django.urls import reverse

from certificates import codes, guards
from certificates.models import Certificate
from forestallies.lib import links
from members.emails import circle_label, to
from members.models import Member
from notices.outbox import Posting
from notices.render import render
from programs.models import Cohort


def certificate_issued(certificate: Certificate, cohort: Cohort) -> Posting:
    """Bring the holder the links to her certificate, and what others need to verify it."""
    holder: Member = certificate.holder  # type: ignore[assignment]  # a certificate that is just issued has one
    context = {
        "words": certificate.words,
        "code": codes.show(certificate.code),
        "pdf": links.absolute(reverse("certificate_download", args=[certificate.pk])),
        "link": links.absolute(reverse("my_certificates")),
        "verify": links.absolute(reverse("certificate_verify", args=[certificate.code])),
    }
    about = (f"certificates.certificate:{certificate.pk}", circle_label(cohort.circle_id))
    return Posting(
        message=render("certificate_issued", to(holder), context, about=about),
        key=f"certificate_issued:{certificate.pk}",
        guard=guards.VALID,
        subject_ref=f"{certificate.pk}",
    )
