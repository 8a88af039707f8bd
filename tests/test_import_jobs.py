"""Imports in the background: one at a time, seen by every worker, and nothing of the file left."""

import io
import threading
import time

import pytest

from geo_zhengzhi.errors import InvalidParameter, UploadInUse
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.folders import write_note
from geo_zhengzhi.services.imports.incoming import receive
from geo_zhengzhi.services.imports.jobs import Job, collect, discard, job_of, start
from geo_zhengzhi.services.jobs import BEGINNING, SILENT_S
from geo_zhengzhi.settings import Settings

ANNA = Actor("anna", "importer")


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path)


@pytest.fixture
def upload(settings):
    return receive(settings, ANNA, "a.csv", io.BytesIO(b"lon,lat\n"))


def until_over(upload, seconds=20.0) -> Job:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = job_of(upload)
        if job is not None and job.is_over:
            return job
        time.sleep(0.02)
    raise AssertionError(job_of(upload))


def test_what_was_imported_leaves_its_result_and_then_nothing(upload):
    assert job_of(upload) is None
    (upload.folder / "rejects.csv").write_text("x")
    start(upload, lambda tell: {"batch_id": 7})
    assert until_over(upload) == Job("done", fraction=1.0, result={"batch_id": 7})
    assert sorted(path.name for path in upload.folder.iterdir()) == ["about.json", "progress.json", "started"]
    assert collect(upload).result == {"batch_id": 7}
    assert not upload.folder.exists()


def test_work_with_no_other_before_it_never_says_that_it_waits(upload, settings):
    begun, go_on = threading.Event(), threading.Event()

    def work(tell):
        begun.set()
        go_on.wait(20)
        return {}

    start(upload, work)
    assert job_of(upload) == BEGINNING
    begun.wait(20)
    assert job_of(upload) == BEGINNING
    second = receive(settings, ANNA, "b.csv", io.BytesIO(b"lon,lat\n"))
    start(second, lambda tell: {})
    assert job_of(second).status == "waiting"
    go_on.set()
    assert [until_over(one).status for one in (upload, second)] == ["done", "done"]


def test_progress_is_seen_while_it_runs_and_the_upload_cannot_be_discarded(upload):
    told, go_on = threading.Event(), threading.Event()

    def work(tell):
        tell("keeping", 0.5)
        told.set()
        go_on.wait(20)
        return {}

    start(upload, work)
    told.wait(20)
    deadline = time.monotonic() + 20
    while job_of(upload) != Job("running", "keeping", 0.5) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert job_of(upload) == Job("running", "keeping", 0.5)
    for again in (lambda: discard(upload), lambda: start(upload, work)):
        with pytest.raises(UploadInUse, match=r"a\.csv is being imported"):
            again()
    go_on.set()
    assert until_over(upload).status == "done"


def test_a_refusal_is_told_in_both_languages_and_the_file_stays_for_another_try(upload):
    def refuse(tell):
        raise InvalidParameter(name="datum", given="mars", allowed="wgs84")

    start(upload, refuse)
    job = until_over(upload)
    assert job.status == "failed"
    assert "mars is not possible" in job.fault["en"]
    assert "mars 不可用" in job.fault["zh"]
    assert collect(upload) == job
    start(upload, lambda tell: {"batch_id": 1})
    assert until_over(upload).result == {"batch_id": 1}


def test_a_fault_of_the_program_is_told_without_its_words(upload):
    def break_down(tell):
        raise RuntimeError("row 7: secret")

    start(upload, break_down)
    job = until_over(upload)
    assert "RuntimeError" in job.fault["en"]
    assert "secret" not in str(job.fault)
    assert upload.path.exists()


def test_an_import_whose_process_has_ended_can_be_started_again(upload):
    start(upload, lambda tell: time.sleep(0.2) or {})
    until_over(upload)
    (upload.folder / "progress.json").unlink()
    silent = {"status": "running", "beat_at": time.time() - SILENT_S - 1}
    write_note(upload.folder, "progress.json", silent)
    assert "broke off" in job_of(upload).fault["en"]
    start(upload, lambda tell: {"batch_id": 2})
    assert until_over(upload).result == {"batch_id": 2}


def test_imports_of_one_process_take_turns(settings):
    first, second = (receive(settings, ANNA, "a.csv", io.BytesIO(b"x")) for _ in range(2))
    running, go_on = threading.Event(), threading.Event()

    def work(tell):
        running.set()
        go_on.wait(20)
        return {}

    start(first, work)
    running.wait(20)
    start(second, work)
    assert job_of(second).status == "waiting"
    go_on.set()
    assert {until_over(first).status, until_over(second).status} == {"done"}


def test_discarding_leaves_nothing(upload):
    discard(upload)
    assert not upload.folder.exists()
