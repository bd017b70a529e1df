"""What every report says of a person, the same way in each."""

from datetime import date
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from forestallies.lib.database import Fold
from forestallies.reports.scopes import Scope
from members.models import Affiliation, Membership
from members.models.people import Gender
from programs.models import Enrolment

GENDERS = {
    "woman": (Gender.WOMAN,),
    "man": (Gender.MAN,),
    "other_or_undisclosed": (Gender.SELF_DESCRIBED, Gender.UNDISCLOSED),
}
PLACED = (
    Enrolment.State.ACTIVE,
    Enrolment.State.COMPLETED,
    Enrolment.State.INCOMPLETE,
    Enrolment.State.WITHDRAWN,  # was in the group in the sessions before
)

# As the United Nations' list of regions (M49) has them.
AFRICA = frozenset(
    """
    DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU YT MA MZ NA
    NE NG RE RW SH ST SN SC SL SO ZA SS SD TZ TG TN UG EH ZM ZW
    """.split()  # noqa: SIM905 (sixty quoted codes would be harder to read)
)
LATIN_AMERICA = frozenset(
    """
    AI AG AR AW BS BB BZ BO BQ BR VG KY CL CO CR CU CW DM DO EC SV FK GF GD GP GT GY HT HN JM MQ MX MS NI PA PY PE PR
    BL KN LC MF VC SX SR TT TC VI UY VE
    """.split()  # noqa: SIM905
)


def facts(scope: Scope, *, path: str, on: date | OuterRef) -> dict[str, Any]:
    """Expressions on a row's person, all with the prefix `p_`.

    Args:
        path: from the row to the person: `member__`, or nothing where the row is the person.
        on: the day on which her organisation is asked, a date or a reference to the row.
    """
    person = OuterRef(f"{path}id")
    enrolment = _enrolment(scope, person)
    category: Combinable = Subquery(enrolment.values("category__code")[:1])
    if scope.community_id:
        membership = Membership.objects.filter(member=person, community=scope.community_id)
        category = Subquery(membership.values("stakeholder")[:1])
    return {
        "p_id": F(f"{path}id"),
        "p_name": F(f"{path}name"),
        "p_sort": Fold(f"{path}name"),
        "p_gender": F(f"{path}gender"),
        "p_age_band": F(f"{path}age_band"),
        "p_country": Coalesce(Subquery(enrolment.values("country")[:1]), NullIf(f"{path}country", Value(""))),
        "p_group": Subquery(enrolment.values("cohort__kind")[:1]),
        "p_category": category,
        "p_organisation": Subquery(_affiliation(person, on).values("organisation__name")[:1]),
    }


def _enrolment(scope: Scope, person: OuterRef) -> Any:
    """Somebody's place in the edition; of two, the one she did not leave, then that in the core group."""
    rows = Enrolment.objects.filter(member=person, cohort__edition=scope.edition, state__in=PLACED)
    left = Case(When(state=Enrolment.State.WITHDRAWN, then=1), default=0)
    return rows.order_by(left, "cohort__kind") if scope.edition else rows.none()


def _affiliation(person: OuterRef, on: date | OuterRef) -> Any:
    """Where somebody works on a day; of several, the place she came to last."""
    rows = Affiliation.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), member=person, starts_on__lte=on)
    return rows.order_by("-starts_on", "-id")


def gender(stored: str) -> str:
    """Gender as reports give it: what somebody wrote of herself, or kept to herself, is not told apart."""
    return next(word for word, kinds in GENDERS.items() if stored in kinds)


def region(country: str | None) -> str | None:
    """The part of the world of a country; None when nothing is known."""
    if not country:
        return None
    if country in AFRICA:
        return "Africa"
    return "Latin America & Caribbean" if country in LATIN_AMERICA else "Other"
