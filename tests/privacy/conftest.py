import pytest


@pytest.fixture(autouse=True)
def ledger(settings, tmp_path):
    """An erasure ledger and a folder for files of each test's own."""
    settings.ERASURE_LEDGER = tmp_path / "ledger" / "erasures.jsonl"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.ERASURE_LEDGER
