"""The contracts accept their valid examples and refuse the invalid ones."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from streams.contracts import schema

EXAMPLES = [
    (path.name.removesuffix(".json"), kind, document)
    for path in sorted(files("schemas").joinpath("examples").iterdir(), key=lambda path: path.name)
    for kind, documents in json.loads(path.read_text("utf-8")).items()
    for document in documents
]


@pytest.mark.parametrize(("name", "kind", "document"), EXAMPLES)
def test_examples(name: str, kind: str, document: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(schema(name))
    assert validator.is_valid(document) is (kind == "valid")


def test_every_contract_has_examples_of_both_kinds() -> None:
    contracts = {
        p.name.removesuffix(".schema.json") for p in files("schemas").iterdir() if ".schema." in p.name
    }
    for contract in contracts:
        assert {kind for name, kind, _ in EXAMPLES if name == contract} == {"valid", "invalid"}, contract
