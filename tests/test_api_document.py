"""The document of the interface: valid, complete, and the same for everybody."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from programs import Program, api_site, program
from sites import COUNTY, site_of, small_study

from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.settings import REPOSITORY
from web.doors import EVERYBODY, SIGNED_IN, door_of


@pytest.fixture(scope="module")
def store(module_store):
    return module_store


@pytest.fixture(scope="module")
def app(store):
    return api_site(store)


@pytest.fixture(scope="module")
def document(app):
    return Program(app).get("/openapi.json")


@pytest.fixture(scope="module")
def operations(document):
    return {
        (path, method.upper()): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_names_every_address_and_method_of_the_interface_and_no_other(app, operations):
    served = {
        (re.sub(r"<(?:[^<>:]*:)?([^<>:]+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
        if rule.rule.startswith("/api/")
    }
    assert set(operations) == served
    assert len(served) > 35


def test_every_operation_says_who_it_is_for_as_its_door_does(app, operations):
    said = {}
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD"} if rule.rule.startswith("/api/") else ():
            path = re.sub(r"<(?:[^<>:]*:)?([^<>:]+)>", r"{\1}", rule.rule)
            said[path, method] = door_of(app, rule.endpoint, method).permission
    assert {place: operation["x-permission"] for place, operation in operations.items()} == said


def test_every_operation_is_told_named_and_secured(operations):
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    for (path, method), operation in operations.items():
        assert operation["summary"].endswith("."), path
        assert len(operation["tags"]) == 1
        ways = operation["security"]
        if operation["x-permission"] == EVERYBODY:
            assert ways == [{}], path
        elif method == "GET":
            assert ways == [{"token": []}, {"session": []}], path
        else:
            assert ways == [{"token": []}, {"session": [], "forgery": []}], path


def test_every_operation_describes_its_refusals_as_problems(document, operations):
    for (path, method), operation in operations.items():
        wanted = {"400", "422", "429", "500", "default"}
        wanted |= set() if operation["x-permission"] == EVERYBODY else {"401", "403"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"413", "415"} if "requestBody" in operation else set()
        wanted |= {"412", "428"} if any(p.get("name") == "If-Match" for p in operation.get("parameters", [])) else set()
        refusals = {code for code in operation["responses"] if code == "default" or int(code) >= 400}
        assert wanted <= refusals, (method, path)
        for code in refusals:
            name = operation["responses"][code]["$ref"].rpartition("/")[2]
            assert list(document["components"]["responses"][name]["content"]) == ["application/problem+json"]
        assert any(200 <= int(code) < 300 for code in operation["responses"] if code != "default"), (method, path)


def test_every_schema_of_a_request_refuses_what_it_does_not_name(document, operations):
    bodies = [o["requestBody"]["content"] for o in operations.values() if "requestBody" in o]
    assert len(bodies) > 10
    for content in bodies:
        for media_type in content.values():
            name = media_type["schema"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name]["additionalProperties"] is False


def test_every_number_and_text_of_a_request_is_bounded(document, operations):
    def unbounded(schema, place):
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = {} if name == "Boundary" else document["components"]["schemas"][name]
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if {"integer", "number"} & set(kinds) and "maximum" not in schema:
            yield place
        if "string" in kinds and not {"enum", "maxLength", "pattern", "format"} & set(schema):
            yield place
        for name, inner in schema.get("properties", {}).items():
            yield from unbounded(inner, f"{place}.{name}")

    found = []
    for place, operation in operations.items():
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "If-None-Match":
                continue  # HTTP's own, which may be anything
            found += unbounded(parameter["schema"], f"{place} {parameter['name']}")
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            found += unbounded(media_type["schema"], str(place))
    assert found == []


def test_it_is_the_same_for_everybody_and_from_every_start(store, app, document):
    assert Program(site_of(store, small_study(), COUNTY)).get("/openapi.json") == document
    for role in PERMISSIONS:
        assert program(app, store, role).get("/openapi.json") == document


def test_an_operation_of_a_signed_in_account_is_open_to_every_role(app, store, operations):
    paths = [path for (path, method), o in operations.items() if o["x-permission"] == SIGNED_IN and method == "GET"]
    assert len(paths) == 2
    for role in PERMISSIONS:
        for path in paths:
            program(app, store, role).get(path.removeprefix("/api/v1"))


def test_every_address_in_the_guide_is_one_of_the_document(operations):
    guide = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
    addresses = set(re.findall(r"/api/v1(?:/[\w.-]+)+", guide))
    assert len(addresses) > 6
    patterns = [re.compile(re.sub(r"{\w+}", r"[^/]+", path)) for path, _ in operations]
    assert not {address for address in addresses if not any(pattern.fullmatch(address) for pattern in patterns)}
