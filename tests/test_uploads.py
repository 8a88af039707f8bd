"""Files on their way in: limits, owners, names, and that nothing of them stays."""

import io
import os
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from geo_zhengzhi.errors import TooManyUploads, UnknownIncidentFormat, UploadMissing, UploadTooLarge, UploadTooSlow
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services import folders
from geo_zhengzhi.services.folders import LIFE_S
from geo_zhengzhi.services.imports import uploads
from geo_zhengzhi.services.imports.incoming import MAX_UPLOADS, Incoming, harmless_name, receive
from geo_zhengzhi.services.imports.uploads import find, uploads_of
from geo_zhengzhi.settings import Settings

ANNA, BORIS = Actor("anna", "importer"), Actor("boris", "importer")
MIB = 2**20


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", max_upload_mib=1, max_upload_seconds=60)


def sent(settings: Settings, content: bytes = b"a,b\n", name: str = "a.csv", actor: Actor = ANNA) -> uploads.Upload:
    return receive(settings, actor, name, io.BytesIO(content))


def left(settings: Settings) -> list[Path]:
    """Everything below the folder of uploads."""
    return sorted((settings.cache_dir / "uploads").rglob("*"))


def age(upload: uploads.Upload, seconds: float) -> None:
    """Make an upload look unused for so long."""
    then = time.time() - seconds
    for path in (*upload.folder.iterdir(), upload.folder):
        os.utime(path, (then, then))


def test_an_upload_keeps_its_name_and_content_and_only_its_owner_finds_it(settings):
    upload = sent(settings, b"\xef\xbb\xbfx", "三月警情.CSV")
    assert find(settings, upload.upload_id, ANNA) == upload
    assert (upload.path.name, upload.path.read_bytes(), upload.n_bytes) == ("三月警情.CSV", b"\xef\xbb\xbfx", 4)
    with pytest.raises(UploadMissing):
        find(settings, upload.upload_id, BORIS)
    assert uploads_of(settings, BORIS) == ()


@pytest.mark.parametrize("upload_id", ["", "..", "../../etc", "0" * 32, "A" * 32, "0" * 31 + "/"])
def test_an_id_that_is_none_finds_nothing(settings, upload_id):
    sent(settings)
    with pytest.raises(UploadMissing):
        find(settings, upload_id, ANNA)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_folder_and_file_are_their_owners_alone(settings):
    upload = sent(settings)
    folders = (settings.cache_dir / "uploads", upload.folder, upload.path.parent)
    assert [stat.S_IMODE(path.stat().st_mode) for path in folders] == [0o700] * 3
    assert stat.S_IMODE(upload.path.stat().st_mode) == 0o600


def test_a_file_as_large_as_allowed_is_taken_and_one_byte_more_is_not(settings):
    assert sent(settings, bytes(MIB)).n_bytes == MIB
    with pytest.raises(UploadTooLarge, match="1 MiB"):
        sent(settings, bytes(MIB + 1))
    assert len(uploads_of(settings, ANNA)) == 1
    assert len(left(settings)) == 4  # folder, note, folder, file


class Endless(io.RawIOBase):
    """A stream that never ends, and how much of it was read."""

    n_read = 0

    def read(self, size: int = -1) -> bytes:
        self.n_read += size
        return bytes(size)


def test_an_endless_file_is_read_no_further_than_the_limit(settings):
    stream = Endless()
    with pytest.raises(UploadTooLarge):
        receive(settings, ANNA, "a.csv", stream)
    assert stream.n_read <= 2 * MIB
    assert left(settings) == []


def test_what_comes_too_slowly_is_cut_off_and_gone(settings):
    incoming = Incoming(replace(settings, max_upload_seconds=0), ANNA, "a.csv")
    with pytest.raises(UploadTooSlow, match="0 s"):
        incoming.write(b"a")
    assert left(settings) == []


def test_what_breaks_off_leaves_nothing(settings):
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        receive(settings, ANNA, "a.csv", Broken())
    assert left(settings) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/cron.d/a.csv", "a.csv"),
        ("C:\\Users\\x\\警情.xlsx", "警情.xlsx"),
        ("/etc/a.csv", "a.csv"),
        ("a\x00b\n\u202e.csv", "ab.csv"),
        ("...csv", "upload.csv"),
        (".csv", "upload.csv"),
        (" .hidden.csv ", "hidden.csv"),
        ("a.b.CSV.GZ", "a.b.CSV.GZ"),
        ('<img src="x">|?*:.csv', "_img src=_x______.csv"),
        ("about.json", "about.json"),
    ],
)
def test_a_name_loses_what_could_lead_astray(settings, given, kept):
    assert harmless_name(given) == kept
    upload = sent(settings, b"{}", given)
    assert upload.path == settings.cache_dir / "uploads" / upload.upload_id / "file" / kept
    assert find(settings, upload.upload_id, ANNA).path.read_bytes() == b"{}"


@pytest.mark.parametrize("name", ["a.exe", "a", "", "..", "/", "a.csv/", "a.vrt", "a.kml", "csv"])
def test_a_name_without_a_known_ending_is_refused_before_anything_is_written(settings, name):
    with pytest.raises(UnknownIncidentFormat, match=r"allowed: \.csv"):
        sent(settings, name=name)
    assert left(settings) == []


def test_a_long_name_keeps_its_ending_and_whole_characters():
    name = harmless_name("警" * 300 + ".geojson")
    assert name.endswith("警.geojson")
    assert 190 < len(name.encode()) <= 200


def test_a_fourth_upload_has_to_wait_for_one_of_the_three(settings):
    three = [sent(settings) for _ in range(MAX_UPLOADS)]
    with pytest.raises(TooManyUploads, match="3 of your uploads"):
        sent(settings)
    sent(settings, actor=BORIS)
    uploads.remove(three[0])
    sent(settings)


def test_after_an_hour_without_use_nothing_is_left(settings):
    old, young = sent(settings), sent(settings)
    age(old, LIFE_S + 1)
    age(young, LIFE_S - 60)
    with pytest.raises(UploadMissing):
        find(settings, old.upload_id, ANNA)
    assert uploads_of(settings, ANNA) == (young,)
    assert folders.sweep(settings) == pytest.approx(60, abs=5)
    assert [path.name for path in (settings.cache_dir / "uploads").iterdir()] == [young.upload_id]


def test_use_makes_the_hour_begin_anew(settings):
    upload = sent(settings)
    age(upload, LIFE_S - 60)
    find(settings, upload.upload_id, ANNA)
    assert folders.sweep(settings) == pytest.approx(LIFE_S, abs=5)


def test_a_start_sweeps_what_an_earlier_process_left_half_received(settings):
    Incoming(settings, ANNA, "a.csv").write(b"half")
    (folder,) = (settings.cache_dir / "uploads").iterdir()
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    folders.keep_swept(settings)
    assert left(settings) == []


def test_an_upload_that_nobody_comes_back_to_goes_by_itself(settings, monkeypatch):
    monkeypatch.setattr(folders, "LIFE_S", 0.2)
    upload = sent(settings)
    assert upload.folder.exists()
    deadline = time.monotonic() + 20
    while upload.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left(settings) == []


def test_removing_leaves_nothing(settings):
    uploads.remove(sent(settings))
    assert left(settings) == []


def test_a_note_is_replaced_in_one_step_and_a_broken_one_is_none(tmp_path):
    folders.write_note(tmp_path, "n.json", {"a": 1})
    folders.write_note(tmp_path, "n.json", {"a": 2})
    assert folders.read_note(tmp_path, "n.json") == {"a": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["n.json"]
    (tmp_path / "n.json").write_text("{")
    assert folders.read_note(tmp_path, "n.json") is None
    assert folders.read_note(tmp_path / "none", "n.json") is None
