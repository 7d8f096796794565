"""How heavy the theory tests are: with ``--hypothesis-profile=all`` (`make test-all`), ten times as heavy as usual."""

import pytest


@pytest.fixture(scope="session")
def n_times(pytestconfig: pytest.Config) -> int:
    """Return how many times as many replications as usual are to be judged."""
    return 10 if pytestconfig.getoption("--hypothesis-profile") == "all" else 1
