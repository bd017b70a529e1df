import pytest
from django.test import Client

from members.models import Grant
from programs.models import Cohort
from tests.events.scheduling import Sske
from tests.factories import CircleFactory, GrantFactory, MemberFactory
from tests.world import foreign_session, sign_in


@pytest.fixture
def sske(db) -> Sske:
    session = foreign_session()
    edition = session.edition
    core, wider = (
        Cohort.objects.create(
            edition=edition, kind=kind, circle=CircleFactory.create(kind="cohort", name=kind, parent=edition.circle)
        ).circle
        for kind in Cohort.Kind
    )
    fay = MemberFactory.create(name="Fay Facilitator")
    GrantFactory.create(member=fay, circle=edition.circle, right=Grant.Right.FACILITATOR)
    return Sske(edition, core, wider, session, fay)


@pytest.fixture
def as_fay(sske: Sske) -> Client:
    return sign_in(sske.fay)
