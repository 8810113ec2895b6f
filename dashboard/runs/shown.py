"""The run on the page: the one that a session has chosen, on whatever page."""

from __future__ import annotations

from core.errors import LabError
from core.records.recorded import recorded_run
from core.training.flat_config import kind_of
from core.training.history import Snapshot
from dashboard.shell import services, state, visitor


def shown() -> Snapshot:
    """The run on the page: the chosen one, else (or when somebody has deleted it) the recorded one of the kind that the controls have."""
    run_id = state.shown_run()
    if run_id:
        try:
            return services.run(run_id)
        except LabError as error:
            state.say(f"{visitor.told(error)} This is the recorded run.")
            state.show_run("")
    return recorded_run(services.first_recorded(kind_of(state.values())))
