"""What the pure tests share."""

import pytest

from streams.core.prepare import Lexicon
from streams.reader import load_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The package's own lexicon, which is immutable."""
    return load_lexicon()
