"""Logos of partners are kept and taken away here."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members.models import Member
from programs.models import Partner, PartnerLogo
from programs.pictures import Picture


@transaction.atomic
def set_logo(*, partner: Partner, picture: Picture, by: Member, at: datetime) -> PartnerLogo:
    """Keep a picture that was checked, in place of the one before."""
    logo, _made = PartnerLogo.objects.update_or_create(
        partner=partner,
        defaults={
            "content": picture.content,
            "content_type": picture.content_type,
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
        },
    )
    record(verb="partner.logo_set", subject=partner, by=by, at=at, bytes=len(picture.content))
    return logo


@transaction.atomic
def remove_logo(*, partner: Partner, by: Member, at: datetime) -> None:
    """Take a logo away for good. Safe to run twice."""
    deleted, _rows = PartnerLogo.objects.filter(partner=partner).delete()
    if deleted:
        record(verb="partner.logo_removed", subject=partner, by=by, at=at)
