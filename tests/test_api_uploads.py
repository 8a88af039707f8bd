"""Files through the interface: sent, imported in the background, told once, and nothing of them left."""

import time
from dataclasses import replace
from io import BytesIO

import pytest
from programs import HEADER, Program, program, told_study
from sites import COUNTY, Visitor, site_of

from geo_zhengzhi.services.imports.incoming import MAX_UPLOADS
from tests.accounts import account
from web import limits

ROWS = f"{HEADER}\nA1,2024-03-01 08:00,盗窃,117.4,40.0\nA2,2024-13-01,盗窃,117.4,40.0\n".encode()
SAID = {"datum": "wgs84"}


@pytest.fixture
def app(store, tmp_path):
    settings = replace(COUNTY, cache_dir=tmp_path / "cache", max_upload_mib=1)
    return site_of(store, told_study(), settings)


@pytest.fixture
def importer(app, store):
    return program(app, store, "importer")


@pytest.fixture
def left(tmp_path):
    """What lies where uploads lie."""
    return lambda: sorted(path.name for path in (tmp_path / "cache" / "uploads").glob("*"))


def send(who: Program, path: str = "/uploads", content: bytes = ROWS, name: str = "三月.csv", **fields):
    """Send a file as a form."""
    headers = {"Authorization": f"Bearer {who.token}", "Accept-Language": "en"}
    form = {**fields, "file": (BytesIO(content), name)}
    return who.app.test_client().post(f"/api/v1{path}", data=form, headers=headers)


def followed(who: Program, address: str):
    """What an import has become, once it is over."""
    path = address.removeprefix("/api/v1")
    for _ in range(600):
        told = who.get(path)
        if told["status"] in ("done", "failed"):
            return told
        assert 0 <= told["fraction"] <= 1
        time.sleep(0.02)
    raise AssertionError(told)


def test_a_file_is_sent_imported_by_reference_told_once_and_gone(importer, left):
    sent = send(importer)
    assert sent.status_code == 201
    told = sent.json
    assert (told["file_name"], told["n_bytes"], told["status"]) == ("三月.csv", len(ROWS), "received")
    assert importer.get("/uploads")["items"] == [told]
    assert importer.get(f"/uploads/{told['upload_id']}") == told
    begun = importer.ask("POST", "/batches", {"upload_id": told["upload_id"]} | SAID)
    assert begun.status_code == 202
    assert begun.headers["Location"] == sent.headers["Location"]
    done = followed(importer, begun.headers["Location"])
    assert (done["status"], done["is_new"], done["fraction"]) == ("done", True, 1)
    batch = importer.get(f"/batches/{done['batch_id']}")
    assert (batch["file_name"], batch["n_kept"], batch["n_rejected"]) == ("三月.csv", 1, 1)
    importer.refused(404, "GET", f"/uploads/{told['upload_id']}")
    assert left() == []


def test_a_file_that_comes_along_is_imported_and_the_same_again_adds_nothing(importer, left):
    first = followed(importer, send(importer, "/batches", **SAID).headers["Location"])
    again = followed(importer, send(importer, "/batches", **SAID).headers["Location"])
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["batch_id"] == again["batch_id"]
    assert len(importer.get("/batches")["items"]) == 1
    assert left() == []


def test_headers_that_are_not_plain_are_mapped(importer):
    odd = ROWS.replace(b"longitude,latitude", "东经坐标,北纬坐标".encode())
    mapping = '{"longitude": "东经坐标", "latitude": "北纬坐标"}'
    done = followed(importer, send(importer, "/batches", odd, mapping=mapping, **SAID).headers["Location"])
    assert done["status"] == "done"
    assert importer.get(f"/batches/{done['batch_id']}")["mapping"]["longitude"] == "东经坐标"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"datum": "pulkovo"}, "datum"), ({"datum": "EPSG:x"}, "datum"), ({}, "datum"),
        (SAID | {"timezone": "Mars/Base"}, "timezone"), (SAID | {"mapping": "{"}, "mapping"),
        (SAID | {"mapping": '{"lon": "x"}'}, "mapping.lon"), (SAID | {"mapping": '["x"]'}, "mapping"),
        (SAID | {"colour": "red"}, "colour"), (SAID | {"upload_id": "0" * 32}, "upload_id"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_file_is_refused_by_name_and_nothing_of_it_stays(importer, left, fields, name):
    answer = send(importer, "/batches", **fields)
    assert answer.status_code == 422, answer.json
    assert answer.json["errors"][0]["name"] == name
    assert left() == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x00\x00", "virus.exe"), (b"", "empty.csv"), (b"<OGRVRTDataSource/>", "trick.geojson"),
        (b"PK\x03\x04nonsense", "bomb.zip"), (b"a,b\n\x00\x00\n", "nul.csv"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_sentence_and_nothing_of_it_stays(importer, left, content, name):
    for path, fields in (("/uploads", {}), ("/batches", SAID)):
        answer = send(importer, path, content, name, **fields)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.json
        assert answer.json["detail"].count(" – ") >= 2
    assert left() == []


def test_a_name_with_folders_in_it_stays_in_its_own(importer, tmp_path):
    assert send(importer, name="../../etc/三月.csv").json["file_name"] == "三月.csv"
    assert not (tmp_path / "etc").exists()


def test_a_form_without_a_file_or_with_two_and_a_body_that_is_no_form_are_refused(importer, left):
    headers = {"Authorization": f"Bearer {importer.token}", "Accept-Language": "en"}
    client = importer.app.test_client()

    def sent(data, **more):
        return client.post("/api/v1/uploads", data=data, headers=headers, **more)

    two = sent({"file": [(BytesIO(ROWS), "a.csv"), (BytesIO(ROWS), "b.csv")]})
    assert (two.status_code, two.json["type"].rpartition(":")[2]) == (422, "field-twice")
    text = sent({"file": "no file"}, content_type="multipart/form-data")
    assert (text.status_code, text.json["errors"][0]["name"]) == (422, "file")
    assert sent({}, content_type="multipart/form-data").status_code == 422
    assert sent({"file": (BytesIO(ROWS), "")}).status_code == 422
    assert sent({"file": (BytesIO(ROWS), "a.csv"), "other": (BytesIO(ROWS), "b.csv")}).status_code == 422
    assert sent(ROWS, content_type="text/csv").status_code == 415
    assert importer.refused(415, "POST", "/uploads", {"file": "x"})
    assert left() == []


def test_a_file_that_is_too_large_is_413_and_so_is_json_that_only_a_file_may_be(importer, left):
    large = send(importer, content=b"x" * (3 * 2**20))
    assert (large.status_code, large.mimetype) == (413, "application/problem+json")
    just = send(importer, content=ROWS + b"#" * (2**20 - len(ROWS) + 1))
    assert just.status_code == 413
    importer.refused(413, "POST", "/batches", {"upload_id": "x" * limits.MAX_BODY_BYTES} | SAID)
    assert left() == []


def test_anothers_upload_is_as_if_it_were_not_there(app, store, importer):
    other = Program(app, program(app, store, "planner").token)
    upload_id = send(importer).json["upload_id"]
    other.refused(403, "GET", f"/uploads/{upload_id}")
    importer.refused(404, "GET", f"/uploads/{'0' * 32}")
    importer.refused(404, "GET", "/uploads/short")
    importer.refused(404, "POST", "/batches", {"upload_id": "0" * 32} | SAID)


def test_an_upload_is_discarded_and_only_so_many_wait(importer, left):
    kept = [send(importer).json["upload_id"] for _ in range(MAX_UPLOADS)]
    assert send(importer).status_code == 409
    assert importer.ask("DELETE", f"/uploads/{kept[0]}").status_code == 204
    assert sorted(kept[1:]) == left()
    assert send(importer).status_code == 201
    page = importer.get("/uploads?limit=2")
    rest = importer.get(f"/uploads?limit=2&cursor={page['next']}")
    assert sorted(row["upload_id"] for row in page["items"] + rest["items"]) == left()


def test_an_import_that_fails_says_why_in_the_callers_language(importer, left):
    broken = f"{HEADER}\nA1,2024-03-01 08:00,盗窃,500000,4400000\n".encode()
    begun = send(importer, "/batches", broken, datum="EPSG:9999")
    told = followed(importer, begun.headers["Location"])
    assert told["status"] == "failed"
    assert told["reason"].count(" – ") >= 2
    chinese = importer.get(begun.headers["Location"].removeprefix("/api/v1"), Accept_Language="zh")
    assert "——" in chinese["reason"]


def test_a_browsers_session_sends_a_file_only_with_its_proof(app, store, quick_passwords, left):
    account(store, "importer", "importer")
    visitor = Visitor(app).sign_in("importer")
    forged = visitor.client.post("/api/v1/uploads", data={"file": (BytesIO(ROWS), "a.csv")})
    assert forged.status_code == 403
    assert left() == []
    proof = {"X-CSRFToken": visitor.client.get("/api/v1/account").json["csrf_token"]}
    good = visitor.client.post("/api/v1/uploads", data={"file": (BytesIO(ROWS), "a.csv")}, headers=proof)
    assert good.status_code == 201
