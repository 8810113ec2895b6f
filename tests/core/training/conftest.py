import pytest


@pytest.fixture(autouse=True)
def always_tiny(tiny):
    pass
