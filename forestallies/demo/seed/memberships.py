"""Where memberships stand: who said that all is right, who pauses, who is the contact of an organisation."""

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.rows import demo_name
from members.models import Affiliation, Community, Grant, Membership, MembershipStep, Organisation, SupportedProject

CONTACTS = ("Noordzee Chocolade Huis", "Atelier Fève Claire")
PROJECTS = (
    ("Noordzee Chocolade Huis", "Shade trees for three villages", "GH"),
    ("Noordzee Chocolade Huis", "School of agroforestry", "PE"),
    ("Alpenblick Confections", "Women’s seed nursery", "CM"),
)
UNSURE = 4  # one in so many of the older ones has not said for a year that all is right


def load_lives(community: Community, calendar: Calendar) -> None:
    """Write it for memberships that were just made; nothing is changed where somebody has been since."""
    fresh = list(
        Membership.objects.filter(community=community, stayed_at=None)
        .order_by("pk")
        .values_list("pk", "joined_at", "member")
    )
    if not fresh or Membership.objects.filter(community=community, stayed_at__isnull=False).exists():
        return
    rows = Membership.objects.filter(pk__in=[pk for pk, _joined, _her in fresh])
    rows.update(stayed_at=calendar.ago(30))
    old = [pk for pk, joined, _her in fresh if joined < calendar.ago(365)]
    Membership.objects.filter(pk__in=[pk for turn, pk in enumerate(old) if turn % UNSURE]).update(
        confirmed_at=calendar.ago(60)
    )
    Membership.objects.filter(pk__in=old[::UNSURE]).update(check_asked_at=calendar.ago(12))
    paused, _joined, her = fresh[len(fresh) // 2]
    Membership.objects.filter(pk=paused).update(state=Membership.State.DORMANT)
    MembershipStep.objects.create(
        membership_id=paused,
        state=Membership.State.DORMANT,
        reason=Membership.Reason.NO_TIME,
        by_id=her,
        at=calendar.ago(25),
    )
    _load_organisations(calendar)


def _load_organisations(calendar: Calendar) -> None:
    known = {one.name: one for one in Organisation.objects.filter(is_demo=True)}
    SupportedProject.objects.bulk_create(
        (
            SupportedProject(organisation=known[demo_name(of)], name=name, country=country)
            for of, name, country in PROJECTS
            if demo_name(of) in known
        ),
        ignore_conflicts=True,  # there since an earlier run
    )
    named = [known[demo_name(name)] for name in CONTACTS if demo_name(name) in known]
    first = {
        one.organisation_id: one.member_id
        for one in Affiliation.objects.filter(organisation__in=named, ends_on=None).order_by("-pk")
    }
    Grant.objects.bulk_create(
        (
            Grant(
                member_id=member,
                right=Grant.Right.ORGANISATION_CONTACT,
                organisation_id=organisation,
                starts_at=calendar.ago(100),
            )
            for organisation, member in first.items()
        ),
        ignore_conflicts=True,
    )
