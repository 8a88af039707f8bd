"""What the import pages say: nothing that only a command line understands, and all of it in Chinese too."""

import inspect

import pytest

from geo_zhengzhi import errors
from geo_zhengzhi.errors import AmbiguousColumn, DatumConflict, MissingColumn
from geo_zhengzhi.io import reporting
from geo_zhengzhi.io.headers import COLUMNS as ALL_COLUMNS
from geo_zhengzhi.io.report import Note
from geo_zhengzhi.services.imports.choices import NAMES
from geo_zhengzhi.services.imports.importing import STEPS
from geo_zhengzhi.services.imports.jobs import Job
from geo_zhengzhi.services.imports.previewing import DATUMS
from geo_zhengzhi.words import catalogue
from web import import_words
from web.import_words import Words

ENGLISH, CHINESE = Words("en"), Words("zh")


def test_every_word_has_its_chinese():
    tables = (import_words.COLUMNS, import_words.HINTS, import_words.STAGES, import_words.HERE)
    words = {word for table in tables for word in table.values()} | {import_words.OPTION, import_words.SWAPPED}
    assert words <= set(catalogue("zh"))


def test_every_column_datum_and_stage_has_a_word():
    assert set(import_words.COLUMNS) == set(ALL_COLUMNS)
    assert set(NAMES) == set(import_words.HINTS) == set(DATUMS)
    assert set(STEPS) <= set(import_words.STAGES)


def test_every_sentence_of_the_command_line_says_something_else_here():
    source = inspect.getsource(reporting) + inspect.getsource(errors.columns)
    for theirs in import_words.HERE:
        assert theirs.partition(" – ")[0] in source.replace('"\n                "', "")
    with_options = [e.sentence for n in errors.__all__ if "--map" in getattr(e := getattr(errors, n), "sentence", "")]
    assert set(with_options) <= set(import_words.HERE)


def test_an_option_of_the_command_line_becomes_a_step_of_this_page():
    error = DatumConflict(name="a.gpkg", given="EPSG:4548", declared="bd09", option="--datum")
    assert "correct the datum in step 2" in ENGLISH.fault(error)
    assert "请更正 第 2 步的坐标系" in CHINESE.fault(error)
    assert ENGLISH.fault(None) == ""


def test_a_column_is_called_what_its_field_is_called():
    assert "column Longitude is missing" in ENGLISH.fault(MissingColumn(column="longitude", found="a, b"))
    told = CHINESE.fault(AmbiguousColumn(column="occurred_at", headers="时间, 日期"))
    assert told == "时间, 日期 都可能是“时间”——允许：每个字段一个列名——请在该字段中选择。"


def test_a_note_that_names_an_option_names_a_field_instead():
    sentence = next(key for key in import_words.HERE if "swapped – read them" in key)
    note = Note(sentence, {"n": 3, "x": "longitude", "y": "latitude", "of_x": "纬度", "of_y": "经度"})
    assert ENGLISH.note(note) == "3 rows have longitude and latitude swapped – exchange the two fields in step 2."
    assert CHINESE.note(Note("Not in the table {n}", {"n": 1})) == "Not in the table 1"


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0.0, "0 %"), (0.004, "0 %"), (0.98, "98 %"), (0.9999, "99 %"), (1.0, "100 %")]
)
def test_a_share_is_the_whole_only_when_it_is(share, said):
    assert ENGLISH.share(share) == said


@pytest.mark.parametrize(("metres", "said"), [(None, "–"), (592.4, "592 m"), (9999.4, "9,999 m"), (12_000, "12 km")])
def test_distances_are_said_in_the_unit_that_fits(metres, said):
    assert ENGLISH.metres(metres) == said


@pytest.mark.parametrize(
    ("n_bytes", "said"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 * 2**20, "3.0 MiB"), (2**31, "2.0 GiB")]
)
def test_sizes_are_said_in_the_unit_that_fits(n_bytes, said):
    assert ENGLISH.size(n_bytes) == said


def test_fields_come_in_the_order_of_our_columns():
    mapping = {"latitude": "纬度", "category": "类别", "incident_id": "号"}
    assert ENGLISH.fields(mapping) == [("Number", "号"), ("Category", "类别"), ("Latitude", "纬度")]
    assert ENGLISH.headers(mapping, {"x": "", "纬度": "", "号": ""}) == ["号", "纬度", "x"]


def test_an_import_that_waits_says_so():
    assert ENGLISH.stage(Job("waiting")) == "Waiting for another import"
    assert CHINESE.stage(Job("running", "keeping", 0.4)) == "写入数据"
