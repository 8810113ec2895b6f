"""`python -m tests.benchmarks [name ...] [--data DIR] [--quick]`: measure, and print one table a benchmark."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path

from tests.benchmarks.report import facts, say

# name: (module, minutes on two cores, what it measures)
BENCHMARKS = {
    "loop": ("loop", 5, "the training loop against a bare loop and a textbook's"),
    "neighbour": ("loop", 5, "the same while another process keeps one core busy"),
    "kernel": ("kernel", 5, "GRUs in the lab against nn.GRU at its best number of threads, free and beside a busy neighbour"),
    "shares": ("shares", 6, "evaluation, metrics, checkpoints and augmentation as shares of an epoch"),
    "viewers": ("viewers", 5, "training speed with 1, 8 and 30 watching viewers against none, and how late the server's loop is"),
    "votes": ("votes", 3, "thirty people answer one question within five seconds, lose their connections for a minute, and come back"),
    "class": ("classroom", 5, "a class of thirty: ten follow the instructor, ten turn controls on all pages, ten train"),
    "openings": ("openings", 3, "seconds to a picture for thirty people who open pages within ten seconds while a run trains"),
    "firstpoint": ("firstpoint", 3, "from Play to the first point of the curve: in a process of its own against in a thread of the server"),
    "slices": (
        "slices",
        4,
        "thirty students start a run each: until the last has a first point, and all of it against one run after the other",
    ),
    "lasting": ("lasting", 3, "memory of a server and of its training process over a hundred short runs"),
    "evaluate": ("evaluating", 2, "how long a person waits for an epoch and for a cell's images on the page Evaluate"),
    "shuffle": ("shuffling", 1, "how long a person who drags a patch waits for three trained models on the page Shuffle test"),
    "cell": ("cell", 3, "from a moved slider to the new picture on the page The cell"),
    "statistics": ("counting", 1, "mean and deviation of 50,000 images against NumPy's"),
    "start": ("start", 1, "from `python -m dashboard` to a page with content"),
    "board": ("board", 2, "the Compare page with 200 runs of 2,000 points: first draw and hover"),
    "memory": ("memory", 3, "the page Memory: from the move of a slider to the new picture"),
    "unrolled": ("unrolled", 2, "from a move of a slider to the new picture on the pages Sequences, and Depth and direction"),
    "reader": ("reader", 13, "the image reader: from a move of the scrub bar, and from another image, to the new picture"),
    "dates": ("dates", 3, "seconds until the preset dates writes 95 % of the validation dates without a mistake"),
    "translate": ("translate", 2, "the page Translate: from a key to the next step, and from an input to its output"),
    "queue": ("queue", 1, "the list of runs with 300 waiting against 3"),
    "decoding": ("decoding", 1, "decoding 32 tokens with a cache of keys and values against without, at length 256"),
    "shapes": ("shapes", 2, "a linear model and a small GRU on the drawn shapes"),
}

CALLED = {"class": "classroom"}  # where a function cannot have the benchmark's name


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.epilog = "\n".join(f"  {name:10} {what} (about {minutes} min)" for name, (_, minutes, what) in BENCHMARKS.items())
    parser.add_argument("name", nargs="*", choices=[*BENCHMARKS, []], help="what to measure (default: everything)")
    parser.add_argument(
        "--data",
        type=Path,
        help="folder of class folders of real images, for loop, neighbour, kernel, shares and evaluate (default: drawn ones)",
    )
    parser.add_argument("--home", type=Path, help="folder for runs and decoded images (default: a fresh one); kept, it spares decoding")
    parser.add_argument("--preset", default="", help="the run that viewers watch (default: the default GRU)")
    parser.add_argument("--quick", action="store_true", help="short and noisy: to try the benchmarks out")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and neighbours are ended too
    print(facts(sys.argv[1:]), flush=True)
    for name in options.name or BENCHMARKS:
        say(f"-- {name}")
        module = importlib.import_module(f"tests.benchmarks.{BENCHMARKS[name][0]}")
        print(f"\n{getattr(module, CALLED.get(name, name))(options)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
