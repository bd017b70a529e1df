"""Is a mail about a certificate still wanted when its turn comes?"""

from datetime import datetime

from certificates.models import Certificate
from notices.guards import Verdict, register

VALID = "certificates.valid"


def certificate_is_valid(subject_ref: str, at: datetime) -> Verdict:
    """Nobody is congratulated on a certificate that was revoked or replaced before the mail left."""
    valid = Certificate.objects.valid().filter(pk=int(subject_ref)).exists()
    return Verdict(valid, "" if valid else "The certificate is not valid any more.")


register(VALID, certificate_is_valid)
