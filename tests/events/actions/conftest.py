"""Somebody with a seat, for the files that do not make their own."""

import pytest

from tests.factories import RegistrationFactory


@pytest.fixture
def registration(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)
