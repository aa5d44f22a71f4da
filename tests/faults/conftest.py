"""The stage of the fault tests."""

import pytest

from streams.fleet import Fleet
from streams.services.config import free_ports
from streams.settings import Settings
from tests.faults.stage import Stage
from tests.services import Receiver


@pytest.fixture
def stage(settings: Settings, fleet: Fleet, receiver: Receiver) -> Stage:
    """All that a fault needs, for this test alone."""
    return Stage(settings, fleet, iter(free_ports(40)), receiver)
