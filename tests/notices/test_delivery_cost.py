"""A batch costs a fixed number of statements, and each message one more: the word on how it ended."""

import pytest

from notices.models import Notice
from tests.notices.servers import deliver

# The run: 3 for what is late, 2 claims of 3 (transaction and rows, the second in vain); the batch: 1 to take it in
# hand, 1 for its addresses.
FIXED = 11
OF_A_POLITE_KIND = 3  # what people switched off, the turn, the last ones before


@pytest.mark.parametrize("number", [10, 40])
def test_answers_cost_one_statement_each(write, at, number, django_assert_num_queries):
    for index in range(number):
        write("offered", address=f"n{index}@example.org")
    with django_assert_num_queries(FIXED + number):
        assert deliver(at) == {"sent": number}


@pytest.mark.parametrize("number", [10, 40])
def test_messages_that_wait_for_nothing_cost_one_statement_each(write, ana, at, number, django_assert_num_queries):
    for index in range(number):
        write(address=f"n{index}@example.org")
    Notice.objects.filter(address="n0@example.org").update(recipient=ana)
    with django_assert_num_queries(FIXED + OF_A_POLITE_KIND + number):
        assert deliver(at) == {"sent": number}


@pytest.mark.parametrize("number", [10, 40])
def test_messages_that_wait_cost_one_statement_together(write, at, number, django_assert_num_queries):
    for index in range(number):
        write(address=f"n{index}@example.org", zone="America/Lima")
    with django_assert_num_queries(10):
        assert deliver(at) == {}
