"""The asset table, the check for unknown links, and the copy that set-up makes."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from geo_zhengzhi.errors import AssetsDiffer, AssetsMissing, AssetsNotFetched, UnknownAsset
from geo_zhengzhi.render.assets import ASSETS, are_fetched, asset_at, data_uri, read_asset
from geo_zhengzhi.render.links import refuse_unknown_links
from tests.scenes import ASSETS as VENDOR
from tools import fetch_assets

WEB = Path(__file__).parent.parent / "web"


def test_set_up_has_fetched_every_asset_as_pinned() -> None:
    assert are_fetched(VENDOR)


def test_fetching_again_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_assets, "fetch", lambda vendor: pytest.fail("fetched again"))
    assert fetch_assets.main() == 0


def test_the_lock_file_pins_every_package_of_the_table_with_its_hash() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    for asset in ASSETS:
        name = re.match(r"(@[^/]+/)?[^/]+", asset.source)
        assert name
        assert packages[f"node_modules/{name[0]}"]["integrity"].startswith("sha512-")


def test_the_lock_file_names_no_host_but_the_public_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"].values()
    resolved = [package["resolved"] for package in packages if "resolved" in package]
    assert all(url.startswith("https://registry.npmjs.org/") for url in resolved)


def test_package_json_asks_for_exact_versions() -> None:
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    assert wanted == {
        "@embedpdf/fonts-sc": "1.0.0", "htmx.org": "1.9.12", "leaflet": "1.9.4", "leaflet-editable": "1.2.0",
    }  # fmt: skip


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(UnknownAsset, match=r"cdn\.example"):
        asset_at("https://cdn.example/leaflet.js")


def test_an_asset_that_was_not_fetched_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make setup"):
        read_asset(ASSETS[0], tmp_path)


def test_an_asset_with_one_byte_changed_is_refused(tmp_path: Path) -> None:
    shutil.copytree(VENDOR, tmp_path / "vendor")
    changed = tmp_path / "vendor" / ASSETS[0].file
    changed.write_bytes(changed.read_bytes() + b" ")
    assert not are_fetched(tmp_path / "vendor")
    with pytest.raises(AssetsDiffer):
        read_asset(ASSETS[0], tmp_path / "vendor")


def test_a_package_with_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    for asset in ASSETS:
        (tmp_path / asset.source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / asset.source).write_text("other")
    with pytest.raises(AssetsDiffer):
        fetch_assets.copy_assets(tmp_path, tmp_path / "vendor")


def test_a_package_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetsDiffer):
        fetch_assets.copy_assets(tmp_path, tmp_path / "vendor")


def test_a_failing_npm_becomes_one_sentence_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch_assets, "_npm", lambda: [sys.executable, "-c", "import sys; sys.exit('no network')"])
    monkeypatch.setattr(fetch_assets, "VENDOR", tmp_path / "vendor")
    assert fetch_assets.main() == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "no network" in last
    assert "make setup" in last
    with pytest.raises(AssetsNotFetched):
        fetch_assets.fetch(tmp_path / "vendor")


def test_a_data_uri_carries_its_media_type() -> None:
    assert data_uri(asset_at("leaflet/images/layers.png"), VENDOR).startswith("data:image/png;base64,iVBOR")


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://a.example/x.js"></script>',
        '<link rel="stylesheet" href="x.css">',
        '<img src="/local.png">',
        '<a href="https://a.example">x</a>',
        '<p style="background:url(https://a.example/x.png)">x</p>',
        "<style>@import 'https://a.example/x.css';</style>",
        "<style>.a{background:url('x.png')}</style>",
        "<script>L.tileLayer('https://a.example/{z}')</script>",
        "<script>fetch('//a.example/x')</script>",
        "<script>new WebSocket('wss://a.example')</script>",
    ],
)
def test_html_that_asks_for_anything_is_refused(html: str) -> None:
    with pytest.raises(UnknownAsset):
        refuse_unknown_links(html)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/png;base64,AA">',
        '<a href="#here">x</a>',
        "<style>.a{fill:url(#hatch)}</style>",
        "<script>// a remark\nvar a = 'http://www.w3.org/2000/svg';</script>",
        "<p>see https://a.example</p>",
        '<script>var words = "https:\\/\\/a.example";</script>',
    ],
)
def test_html_that_asks_for_nothing_passes(html: str) -> None:
    refuse_unknown_links(html)
