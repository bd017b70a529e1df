"""What becomes of each row that points to an organisation whose record is merged into another one."""

from django.db.models import Q

from forestallies.merging import rows, topics
from forestallies.merging.engine import Rule, move, unite

ORGANISATION_RULES: tuple[Rule, ...] = (
    move("members.Membership.organisation", topics.MEMBERSHIPS),
    unite(
        "members.Affiliation.organisation", topics.PLACES, same=["member"], among=Q(ends_on__isnull=True),
        takes_in=rows.place,
    ),
    unite(
        "members.Grant.organisation", topics.RIGHTS, same=["member", "right"], among=Q(ends_at__isnull=True),
        takes_in=rows.grant,
    ),
    unite("members.SupportedProject.organisation", topics.PROJECTS, same=["name"]),
    move("workshops.OpenPoint.organisation", topics.PROJECTS),
    move("members.Application.organisation", topics.APPLICATIONS),
    unite("members.NotTheSame.organisation", topics.APPLICATIONS, same=["application"]),
    move("members.ImportOrganisation.found", topics.BEFORE),
    move("members.ImportOrganisation.near", topics.BEFORE),
    move("members.Merged.organisation", topics.BEFORE),
)  # fmt: skip
