"""
Whatever the document allows, and whatever it does not, is answered as it says, and never by a fault of ours.

`GEO_ZHENGZHI_TEST_EXAMPLES=100` asks more.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from programs import api_site, bring, program, told_study
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sites import COUNTY

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.access.users import add_user
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies.saving import save_analysis
from tests.accounts import NOW
from web import create_app, limits

EXAMPLES = int(
    os.environ.get("GEO_ZHENGZHI_TEST_EXAMPLES", "2")
)  # of each operation, in each of four ways, on each engine
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DESCRIBED = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(COUNTY, told_study()))
OPERATIONS = {found.ok().label: found.ok() for found in DESCRIBED.get_all_operations()}


@pytest.fixture(scope="module")
def store(module_store):
    return module_store


@pytest.fixture(scope="module")
def app(store):
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("ORDINARY", "COSTLY"):
            patch.setattr(limits, limit, "1000000 per minute")
        return api_site(store)


@pytest.fixture(scope="module")
def there(store, app, tmp_path_factory):
    """What the store holds, by the name of its number in an address."""
    study = told_study()
    rows = ("A1,2024-03-01 08:00,盗窃,117.4,40.0", "A2,2024-13-01,盗窃,117.4,40.0")
    return {
        "target_id": "T-1",
        "part_id": "T-1",
        "version": 1,
        "user_id": add_user(store, SYSTEM, "科室", "viewer", NOW),
        "session_id": 1,
        "batch_id": bring(store, tmp_path_factory.mktemp("batch"), "f", *rows),
        "upload_id": "0" * 32,
        "analysis_id": save_analysis(store, assess(study, Query(study.opening_period)), actor=SYSTEM).analysis_id,
    }


def role_for(permission):
    """A role that may; any where nothing is asked for."""
    return next((role for role, may in PERMISSIONS.items() if permission in may), "viewer")


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_answers_as_the_document_says(label, store, app, there):
    operation = OPERATIONS[label]
    token = program(app, store, role_for(operation.definition.raw["x-permission"])).token
    known = {name: there[name] for name in there if f"{{{name}}}" in operation.path}
    version = {"If-Match": '"2"' if "part_id" in known else '"1"'} if "If-Match" in operation.headers else {}
    ways = [({}, {}), (known, version)] if known else [({}, {})]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for path, headers in ways:
            try:
                ask_in_many_ways(operation.as_strategy(mode, path_parameters=path, headers=headers), app, token)
            except Unsatisfiable:  # there is nothing that it could be given wrongly
                assert mode == GenerationMode.NEGATIVE


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_answers_at_the_edges_of_its_schema_as_the_document_says(label, store, app, there):
    operation = OPERATIONS[label]
    operation.app = app
    token = program(app, store, role_for(operation.definition.raw["x-permission"])).token
    edges = DESCRIBED.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=DESCRIBED.config.generation_for(operation=operation),
    )
    n = 0
    for case in edges:
        for name in case.path_parameters:
            case.path_parameters[name] = there[name]
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
        n += 1
    assert n > 0


def ask_in_many_ways(cases, app, token):
    @SETTINGS
    @given(case=cases)
    def ask(case):
        case.operation.app = app
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    ask()
