from uuid import uuid4

import pytest

from jobs import submissions
from jobs.models import Submission


def once(key, by, at, act, kind="register"):
    return submissions.once(key=key, kind=kind, by=by, at=at, act=act)


def test_second_sending_does_nothing_and_gets_the_first_answer(ana, at):
    key, done = uuid4(), []
    first = once(key, ana, at, lambda: {"count": done.append(1) or len(done)})
    second = once(key, ana, at, lambda: {"count": done.append(1) or len(done)})
    assert (first, second, done) == ({"count": 1}, {"count": 1}, [1])


def test_refused_sending_may_come_again(ana, at):
    key = uuid4()
    with pytest.raises(ZeroDivisionError):
        once(key, ana, at, lambda: {"result": 1 / 0})
    assert not Submission.objects.exists()
    assert once(key, ana, at, lambda: {"result": 1}) == {"result": 1}


def test_same_key_of_another_person_is_another_sending(ana, cy, at):
    key = uuid4()
    assert once(key, ana, at, lambda: {"who": "ana"}) != once(key, cy, at, lambda: {"who": "cy"})


def test_anonymous_sendings_are_remembered_too(db, at):
    key = uuid4()
    once(key, None, at, lambda: {"n": 1})
    assert once(key, None, at, lambda: {"n": 2}) == {"n": 1}


def test_key_of_another_form_is_refused(ana, at):
    key = uuid4()
    once(key, ana, at, dict)
    with pytest.raises(submissions.WrongSubmission):
        once(key, ana, at, dict, kind="cancel")
