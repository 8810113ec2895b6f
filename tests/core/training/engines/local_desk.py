"""A cluster without machines: the desk and the hosts of the runs live in this process, so that what they say can be tested."""

import itertools
import threading
from functools import partial

from core.training.engines.apart import ApartEngine
from core.training.engines.desk_engine import DeskEngine
from core.training.engines.host_elsewhere import GoneError, HostElsewhere, answered
from core.training.engines.shared_host import SharedHost
from core.training.engines.threads import ThreadEngine
from core.training.engines.turns_elsewhere import TurnsElsewhere, dealt
from core.training.runs.store import Store
from core.training.runs.turns import Turns

_numbers = itertools.count(1)


class LocalHost(HostElsewhere):
    """A host in this process, as another one sees it."""

    def __init__(self, host, on_news, last_word):
        super().__init__(on_news)
        self.host, self.name, self.last_word = host, f"server {next(_numbers)}", last_word
        self.gone = threading.Event()

    def request(self, name, *values, timeout=None):
        if self.gone.is_set():
            raise GoneError
        value, problem = answered(lambda: self.host.answer_to(self.name, name, *values))
        if problem:
            raise problem
        return value

    def listen(self):
        self.host.join(self.name)
        while not self.gone.is_set():
            for message in self.host.listen(self.name) or ():
                if not self.gone.is_set():
                    self.hear(*message)

    @property
    def has_ended(self):
        return self.gone.is_set()

    def ending(self):
        return self.last_word

    def end(self):
        self.gone.set()


class Desk:
    """The one desk of a home, which several engines reach."""

    def __init__(self, home, *, limit=1, slice_seconds=0.0):
        self.turns = Turns(limit, slice_seconds=slice_seconds)
        self.store = Store(home)
        self.host = SharedHost(partial(ApartEngine, self.store, turns=self.turns, reach=self.reach))
        self.runs = {}  # the hosts of runs, as the desk sees them
        threading.Thread(target=self.host.watch, daemon=True).start()

    def reach(self, run_id, on_news):
        turns = TurnsElsewhere(run_id, partial(dealt, self.turns), slice_seconds=self.turns.slice_seconds)
        host = SharedHost(partial(ThreadEngine, self.store, turns=turns))
        threading.Thread(target=host.watch, daemon=True).start()
        self.runs[run_id] = LocalHost(host, on_news, "The machine ended unexpectedly")
        return self.runs[run_id]


class LocalEngine(DeskEngine):
    """Reaches `desk`, which a test sets."""

    desk = None

    def __init__(self, store, *, on_end=lambda snapshot: None, **settings):
        super().__init__(store, on_end=on_end)

    def _reach(self):
        return LocalHost(self.desk.host, self._hear, "The desk ended unexpectedly")
