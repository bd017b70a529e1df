from datetime import timedelta

from django.db import transaction

from notices import outbox
from notices.models import Notice
from notices.render import Message, Recipient


def message(address="ana@example.org", subject="Hello"):
    return Message("hello", Recipient(address, "Ana", "es", "America/Lima"), subject, "Text\n", "<p>Text</p>")


def posting(key="hello:1", **options):
    return outbox.Posting(message=options.pop("message", message()), key=key, **options)


def test_same_key_is_one_message(db, at):
    assert outbox.post_once(posting(), at=at)
    assert not outbox.post_once(posting(), at=at)
    assert Notice.objects.count() == 1


def test_message_without_an_address_is_left_out(db, at):
    assert outbox.post_many_once([posting(message=message(address="")), posting("hello:2")], at=at) == 1


def test_message_waits_until_its_moment(db, at):
    later = at + timedelta(hours=1)
    outbox.post_once(posting(wait_until=later), at=at)
    assert not Notice.objects.due(at).exists()
    assert Notice.objects.due(later).exists()


def test_message_goes_with_the_transaction_that_tells_of_it(db, at):
    with transaction.atomic():
        outbox.post_once(posting(), at=at)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_many_messages_need_few_statements(db, at, django_assert_max_num_queries):
    postings = [posting(f"hello:{number}") for number in range(400)]
    with django_assert_max_num_queries(6):
        assert outbox.post_many_once(postings, at=at) == 400


def test_withdrawn_message_never_leaves(db, at):
    outbox.post_once(posting(guard="g", subject_ref="7"), at=at)
    assert outbox.withdraw(guard="g", subject_ref="7", at=at, reason="taken back") == 1
    notice = Notice.objects.get()
    assert (notice.state, notice.problem) == (Notice.State.CANCELLED, "taken back")
