"""Files that come in, and the way of an import from one to the next step."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forestallies.lib import clock as portal_clock
from jobs import work
from members.actions import imports

SAMPLES = Path(__file__).parents[1] / "samples"


class Desk:
    """A coordinator at work on lists."""

    def __init__(self, community, by, at):
        self.community, self.by, self.at = community, by, at

    def stage(self, data, name="list.csv"):
        data = data.encode() if isinstance(data, str) else data
        file = SimpleUploadedFile(name, data)
        return imports.stage(community=self.community, file=file, by=self.by, at=self.at)

    def check(self, data, name="list.csv", **options):
        batch = self.stage(data, name)
        columns = [{"field": one["field"], "order": one["order"]} for one in batch.columns]
        batch = imports.choose_columns(batch=batch, columns=columns, options=options, by=self.by, at=self.at)
        if job := imports.latest_job(batch):
            work.run_waiting(clock=portal_clock.now, only=job)
            batch.refresh_from_db()
        return batch

    def commit(self, batch):
        return self._do(imports.commit(batch=batch, by=self.by, at=portal_clock.now()), batch)

    def undo(self, batch):
        return self._do(imports.undo(batch=batch, by=self.by, at=portal_clock.now()), batch)

    def bring_in(self, data, name="list.csv", **options):
        return self.commit(self.check(data, name, **options))

    def _do(self, job, batch):
        work.run_waiting(clock=portal_clock.now, only=job)
        job.refresh_from_db()
        assert job.state == "done", job.problem
        batch.refresh_from_db()
        return batch


@pytest.fixture
def desk(community, bo, at, clock):
    return Desk(community, bo, at)


@pytest.fixture
def sample():
    return lambda name: (SAMPLES / name).read_bytes()


def codes(batch):
    """Of each row that is wrong or left out what is said about it."""
    rows = batch.rows.filter(outcome__in=["bad", "skip", "review"]).order_by("number")
    return {row.number: [one["code"] for one in row.problems] for row in rows}
