"""The actors of the lab on a cluster, which know the data set "tiny", too."""

from core.training.engines.cluster.actors import DeskActor, Kinds, RunActor
from tests.support import leave_compiler_out, register_tiny


class TinyDesk(DeskActor):
    def __init__(self, settings):
        leave_compiler_out()
        register_tiny()
        super().__init__(settings)


class TinyRun(RunActor):
    def __init__(self, settings):
        leave_compiler_out()
        register_tiny()
        super().__init__(settings)


TINY = Kinds(TinyDesk, TinyRun)
