"""Zips are looked over before a byte is unpacked, and only a Shapefile's members are."""

import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_zhengzhi import errors
from geo_zhengzhi.io.dbf import choose_encoding
from geo_zhengzhi.io.unpacking import ArchiveLimits, check_archive, unpack_shapefile

PARTS = {".shp": b"shp", ".shx": b"shx", ".dbf": b"", ".prj": b"prj"}


def zipped(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def parts_of(stem: str) -> dict[str, bytes]:
    return {stem + ending: content for ending, content in PARTS.items()}


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


class TestCheckArchive:
    def test_members_come_by_name_in_order_without_folders(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", {"b/": b"", "b/x.shp": b"1", "a.txt": b"2"})
        assert list(check_archive(path)) == ["b/x.shp", "a.txt"]

    @pytest.mark.parametrize(
        "name",
        [
            "/etc/x.shp",
            "../x.shp",
            "a/../../x.shp",
            "..\\x.shp",
            "\\x.shp",
            "C:\\x.shp",
            "C:x.shp",
            "a/..",
            "//host/x.shp",
        ],
    )
    def test_names_that_lead_outside_are_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(errors.UnsafeArchive, match="leads out of the folder"):
            check_archive(zipped(tmp_path / "a.zip", {name: b"x"}))

    @pytest.mark.parametrize("name", ["a..b.shp", "..a/x.shp", "a/b/c/x.shp", "目标/小区.shp"])
    def test_names_that_only_look_so_are_taken(self, tmp_path: Path, name: str) -> None:
        assert list(check_archive(zipped(tmp_path / "a.zip", {name: b"x"}))) == [name]

    def test_symbolic_links_are_refused(self, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("x.shp")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(errors.UnsafeArchive, match=r"x\.shp"):
            check_archive(tmp_path / "a.zip")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_name_that_occurs_twice_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("x.shp", "one")
            archive.writestr("x.shp", "two")
        with pytest.raises(errors.UnsafeArchive, match="twice"):
            check_archive(tmp_path / "a.zip")

    def test_names_of_chinese_systems_are_read_as_they_were_meant(self, tmp_path: Path) -> None:
        raw = "小区.shp".encode("gb18030")
        path = zipped(tmp_path / "a.zip", {"A" * len(raw): b"x"})
        path.write_bytes(path.read_bytes().replace(b"A" * len(raw), raw))
        assert list(check_archive(path)) == ["小区.shp"]

    def test_an_encrypted_member_is_refused(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", {"x.shp": b"x"})
        data = bytearray(path.read_bytes())
        data[data.index(b"PK\x01\x02") + 8] |= 1
        data[6] |= 1
        path.write_bytes(data)
        with pytest.raises(errors.BrokenArchive, match="password"):
            check_archive(path)

    @pytest.mark.parametrize("cut", [10, 60])
    def test_a_broken_zip_is_refused(self, tmp_path: Path, cut: int) -> None:
        path = zipped(tmp_path / "a.zip", {"x.shp": b"x" * 100})
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(errors.BrokenArchive):
            check_archive(path)

    def test_the_number_of_members_may_reach_its_limit_and_not_pass_it(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(5)})
        assert len(check_archive(path, ArchiveLimits(members=5))) == 5
        with pytest.raises(errors.ArchiveTooLarge, match="5 files"):
            check_archive(path, ArchiveLimits(members=4))

    def test_the_unpacked_size_may_reach_its_limit_and_not_pass_it(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", {"a": b"x" * 600, "b": b"y" * 400})
        assert check_archive(path, ArchiveLimits(expanded_bytes=1000))
        with pytest.raises(errors.ArchiveTooLarge):
            check_archive(path, ArchiveLimits(expanded_bytes=999))

    def test_a_bomb_is_refused_by_its_ratio_and_a_small_blank_table_is_not(self, tmp_path: Path) -> None:
        bomb = zipped(tmp_path / "a.zip", {"x.shp": bytes(40 * 2**20)})
        assert bomb.stat().st_size < 2**20
        with pytest.raises(errors.ArchiveTooLarge, match="40 MiB"):
            check_archive(bomb)
        assert check_archive(zipped(tmp_path / "b.zip", {"x.dbf": b" " * 2**20}))

    def test_a_member_that_is_larger_than_it_says_is_not_unpacked(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", parts_of("a") | {"a.shp": bytes(10 * 2**20)})
        data = bytearray(path.read_bytes())
        at = data.index(b"a.shp", data.index(b"PK\x01\x02")) - 46
        data[at + 24 : at + 28] = struct.pack("<I", 10)
        path.write_bytes(data)
        folder = folder_of(tmp_path)
        with pytest.raises(errors.BrokenArchive):
            unpack_shapefile(path, folder)
        assert sum(p.stat().st_size for p in folder.iterdir()) <= 10


class TestUnpackShapefile:
    def test_only_the_five_members_are_unpacked_under_plain_names(self, tmp_path: Path) -> None:
        members = parts_of("数据/小区") | {
            "数据/小区.cpg": b"GBK",
            "数据/小区.sbn": b"",
            "readme.txt": b"",
            "a.vrt": b"<OGR",
        }
        folder = folder_of(tmp_path)
        assert unpack_shapefile(zipped(tmp_path / "a.zip", members), folder) == folder / "input.shp"
        assert sorted(p.name for p in folder.iterdir()) == [
            f"input{e}" for e in (".cpg", ".dbf", ".prj", ".shp", ".shx")
        ]

    def test_endings_in_capitals_belong_together(self, tmp_path: Path) -> None:
        members = {name.upper(): content for name, content in parts_of("a").items()}
        assert unpack_shapefile(zipped(tmp_path / "a.zip", members), folder_of(tmp_path)).exists()

    def test_shadow_files_of_a_mac_do_not_count(self, tmp_path: Path) -> None:
        members = parts_of("a") | {"__MACOSX/._a.shp": b"", "._b.shp": b""}
        assert unpack_shapefile(zipped(tmp_path / "a.zip", members), folder_of(tmp_path)).exists()

    def test_several_shapefiles_are_named_and_one_can_be_asked_for(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "a.zip", parts_of("x/甲") | parts_of("x/乙"))
        folder = folder_of(tmp_path)
        with pytest.raises(errors.SeveralLayers, match="2 layers with features: 甲, 乙"):
            unpack_shapefile(path, folder)
        assert list(folder.iterdir()) == []
        with pytest.raises(errors.UnknownLayer, match="丙"):
            unpack_shapefile(path, folder, layer="丙")
        assert unpack_shapefile(path, folder, layer="乙").exists()

    def test_a_zip_without_a_shapefile_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(errors.NoShapefile, match="unzipped"):
            unpack_shapefile(zipped(tmp_path / "a.zip", {"a.geojson": b"{}", "b.dbf": b""}), folder_of(tmp_path))

    @pytest.mark.parametrize("missing", [".shx", ".dbf"])
    def test_a_part_that_is_missing_is_named(self, tmp_path: Path, missing: str) -> None:
        members = parts_of("甲")
        del members["甲" + missing]
        with pytest.raises(errors.IncompleteShapefile, match=rf"甲 in a\.zip lacks \{missing}"):
            unpack_shapefile(zipped(tmp_path / "a.zip", members), folder_of(tmp_path))


class TestEncoding:
    def table(self, tmp_path: Path, encoding: str, name: str = "武定苑") -> Path:
        frame = gpd.GeoDataFrame({"名称": [name, ""]}, geometry=[shapely.Point(0, 0)] * 2, crs=4326)
        frame.to_file(tmp_path / "a.shp", encoding=encoding)
        return tmp_path / "a.dbf"

    @pytest.mark.parametrize(
        ("encoding", "cpg", "chosen"),
        [
            ("UTF-8", None, "UTF-8"),
            ("GB18030", None, "GB18030"),
            ("GB18030", "GBK", "GBK"),
            ("GB18030", "936", "GB18030"),
            ("GB18030", "ANSI 936", "GB18030"),
            ("GB18030", "UTF-8", "GB18030"),  # a label that the bytes contradict
            ("UTF-8", "65001", "UTF-8"),
            ("UTF-8", "nonsense", "UTF-8"),
        ],
    )
    def test_the_label_is_believed_where_the_bytes_agree(
        self, tmp_path: Path, encoding: str, cpg: str | None, chosen: str
    ) -> None:
        table, label = self.table(tmp_path, encoding), tmp_path / "label.cpg"
        if cpg is not None:
            label.write_text(cpg)
        found = choose_encoding(table, label)
        assert "武定苑".encode(found) == "武定苑".encode(chosen)

    def test_a_character_cut_off_at_the_end_of_a_field_does_not_count(self, tmp_path: Path) -> None:
        table = self.table(tmp_path, "UTF-8", "整" * 84 + "aa")
        data = table.read_bytes()
        assert "整".encode() in data
        table.write_bytes(data.replace("整aa".encode(), b"aaa\xe6\x95"))
        assert choose_encoding(table, tmp_path / "none.cpg") == "UTF-8"

    def test_bytes_of_no_known_encoding_are_latin(self, tmp_path: Path) -> None:
        table = self.table(tmp_path, "UTF-8", "AB")
        table.write_bytes(table.read_bytes().replace(b"AB", b"\xff\xff"))
        assert choose_encoding(table, tmp_path / "none.cpg") == "ISO-8859-1"

    def test_an_empty_table_has_an_encoding_too(self, tmp_path: Path) -> None:
        (tmp_path / "a.dbf").write_bytes(b"")
        assert choose_encoding(tmp_path / "a.dbf", tmp_path / "a.cpg") == "UTF-8"
