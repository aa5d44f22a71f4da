"""What the pipeline makes of the golden example is what is written beside it."""

import orjson

from tests.golden import FOLDER, outputs


def _rounded(value: object) -> object:
    """Scores to three places: another processor may round the last bit another way."""
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return value


def test_the_golden_example() -> None:
    for name, content in outputs().items():
        expected = orjson.loads(FOLDER.joinpath(name).read_bytes())
        assert _rounded(orjson.loads(content)) == _rounded(expected), f"{name} differs; see tests/golden.py"
