import inspect

ON_EVERY_ENGINE = {"test_manager", "test_stopped_and_resumed"}
ENGINES = ("thread", "process", "ray")


def pytest_generate_tests(metafunc):
    """The manager's own tests run unchanged on every engine, but those that break something inside of this process."""
    arguments = inspect.signature(metafunc.function).parameters
    if metafunc.module.__name__.rpartition(".")[2] in ON_EVERY_ENGINE and "manager" in arguments and "monkeypatch" not in arguments:
        metafunc.parametrize("engine", ENGINES)
