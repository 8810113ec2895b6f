"""Every page of the lab. A new page is one folder in pages/ and one row in `PAGES`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from dashboard.about import About, Answer

FOLDER = Path(__file__).resolve().parents[1] / "pages"


CLASS = "Class"  # the section of the pages of a class


@dataclass(frozen=True, kw_only=True)
class Page:
    """A row of `PAGES`. `url_path` is a promise to everyone who has a link; `help` is the tooltip in the navigation.

    The page lies in the folder of that name, unless `folder` says otherwise ("try" is a word of Python's, which no package can have).
    """

    title: str
    icon: str
    url_path: str
    section: str
    help: str
    folder: str = ""
    default: bool = False
    led: bool = True  # whether a class that follows its instructor comes along to it

    @property
    def path(self) -> Path:
        """The script of the page."""
        return FOLDER / (self.folder or self.url_path) / "page.py"

    @property
    def sheet(self) -> Path:
        """The style of what this page alone draws. There need not be one."""
        return self.path.with_name("page.css")

    @property
    def about(self) -> About:
        """What the page is about."""
        return import_module(f"pages.{self.path.parent.name}.about").ABOUT

    def answer(self) -> Answer:
        """What is right of its prediction, computed now."""
        return import_module(f"pages.{self.path.parent.name}.answer").answer()

    def small(self) -> str:
        """Its small picture on the map of Home, as SVG; "" where it has none."""
        if not self.path.with_name("small.py").exists():
            return ""
        return import_module(f"pages.{self.path.parent.name}.small").small()

    def modules(self) -> list[str]:
        """The modules that lie beside the script, by the names they are imported by."""
        return [f"pages.{self.path.parent.name}.{file.stem}" for file in sorted(self.path.parent.glob("*.py")) if file != self.path]


PAGES = (
    Page(
        title="Home",
        icon=":material/home:",
        url_path="home",
        section="Lab",
        help="A picture on its way through the lab, a first run, and the map of the unit.",
        default=True,
    ),
    Page(
        title="Train",
        icon=":material/model_training:",
        url_path="train",
        section="Lab",
        help="Train a model on images read as sequences, and watch it learn.",
    ),
    Page(
        title="Evaluate",
        icon=":material/grid_on:",
        url_path="evaluate",
        section="Lab",
        help="The confusion matrix of any epoch of any run, and the images behind its cells.",
    ),
    Page(
        title="Compare",
        icon=":material/compare_arrows:",
        url_path="compare",
        section="Lab",
        help="All runs side by side, and whether the difference of two of them is more than chance.",
    ),
    Page(
        title="Try it",
        icon=":material/photo_camera:",
        url_path="try",
        folder="try_it",
        section="Lab",
        help="Your own picture: what every model says about it, and which patches the answer depends on.",
    ),
    Page(
        title="Lessons",
        icon=":material/school:",
        url_path="lessons",
        section="Lab",
        help="A lesson for every task and row of the unit, lectures, and a tour: text beside the page, with questions and checks.",
    ),
    Page(
        title="Sequences",
        icon=":material/conversion_path:",
        url_path="sequences",
        section="Recurrence",
        help="Five shapes of tasks, unrolled: what goes in, what comes out, which states are read.",
    ),
    Page(
        title="The cell",
        icon=":material/memory:",
        url_path="cell",
        section="Recurrence",
        help="One step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand.",
    ),
    Page(
        title="Depth and direction",
        icon=":material/layers:",
        url_path="depth",
        section="Recurrence",
        help="More layers, and a second network that reads backwards: who needs a later word?",
    ),
    Page(
        title="Memory",
        icon=":material/history:",
        url_path="memory",
        section="Recurrence",
        help="Why a plain RNN forgets: gradients through time, what three cells recall, and which inputs moved which output.",
    ),
    Page(
        title="The image reader",
        icon=":material/auto_stories:",
        url_path="reader",
        section="Recurrence",
        help="One network reads one picture, patch by patch: its state, its gates, its answer, and from when on it stays.",
    ),
    Page(
        title="What passes the bar?",
        icon=":material/stairs:",
        url_path="bar",
        section="Recurrence",
        help="From the hand-in's 62 % to over 80 % with GRUs alone, step by step.",
    ),
    Page(
        title="Data",
        icon=":material/grid_view:",
        url_path="data",
        section="Images as tokens",
        help="The images of a data set, number by number: classes, splits, statistics, near-duplicates.",
    ),
    Page(
        title="Patches",
        icon=":material/grid_on:",
        url_path="patches",
        section="Images as tokens",
        help="An image becomes a sequence of tokens: cut, flatten, multiply.",
    ),
    Page(
        title="Attention by hand",
        icon=":material/hub:",
        url_path="attention",
        section="Attention",
        help="softmax(q kᵀ / √D) v with every number in sight: heads, masks, scaling, and what it costs.",
    ),
    Page(
        title="Positions",
        icon=":material/pin_drop:",
        url_path="positions",
        section="Attention",
        help="How a token knows its position: six ways, number by number, and what each does to the shuffle test.",
    ),
    Page(
        title="Shuffle test",
        icon=":material/shuffle:",
        url_path="shuffle",
        section="Attention",
        help="Move the patches of a picture around: which model notices?",
    ),
    Page(
        title="Vision Transformer",
        icon=":material/visibility:",
        url_path="vit",
        section="Attention",
        help="What every patch attends to in every layer and head of a trained ViT, at any epoch.",
    ),
    Page(
        title="Recurrence against attention",
        icon=":material/menu_book:",
        url_path="reading",
        section="Attention",
        help="One picture, read patch by patch: what a GRU, an LSTM and a ViT answer on the way.",
    ),
    Page(
        title="Masks",
        icon=":material/visibility_off:",
        url_path="masks",
        section="Encoder and decoder",
        help="Which token may read which: subsequent mask, padding mask, both, or none; what leaks, and a decoder that cheats when it "
        "can look ahead.",
    ),
    Page(
        title="Translate",
        icon=":material/translate:",
        url_path="translate",
        section="Encoder and decoder",
        help="Train an encoder-decoder, type an input, and watch it write one token at a time: memory, attention, beam.",
    ),
    Page(
        title="GRU against transformer",
        icon=":material/compare:",
        url_path="versus",
        section="Encoder and decoder",
        help="The same task for two GRUs and a transformer: curves, exact match by length, and the bottleneck of one fixed vector.",
    ),
    Page(
        title="Where it went",
        icon=":material/map:",
        url_path="went",
        section="Encoder and decoder",
        help="BERT, GPT-3, ViT, DETR and others on one map: what goes in, what comes out, mask, part, cheaper attention.",
    ),
    Page(
        title="Glossary",
        icon=":material/dictionary:",
        url_path="glossary",
        section="Lab",
        help="The words of the unit, each in one or two plain sentences, with the page that shows it.",
    ),
    Page(
        title="Class",
        icon=":material/groups:",
        url_path="class",
        folder="class_room",
        section=CLASS,
        help="The code by which a class joins, who is here, what everybody may do, and how the server is.",
        led=False,
    ),
    Page(
        title="Vote",
        icon=":material/how_to_vote:",
        url_path="vote",
        section=CLASS,
        help="A question to the class: predict, discuss, let a run or a measurement decide, vote again.",
    ),
    Page(
        title="The wall",
        icon=":material/bubble_chart:",
        url_path="wall",
        section=CLASS,
        help="Every run of the class as a moving point and a small curve: a search in three minutes, and its record.",
    ),
    Page(
        title="Results",
        icon=":material/assignment_turned_in:",
        url_path="results",
        section=CLASS,
        help="What everybody of the class has done: votes before and after, runs, the best accuracy; to take along, and to delete.",
    ),
    Page(
        title="Drawings",
        icon=":material/draw:",
        url_path="drawings",
        section=CLASS,
        help="A class draws its own data set in three minutes, and trains on it.",
    ),
)


def neighbours(page: Page) -> tuple[Page | None, Page | None]:
    """The pages before and after one in the order of the unit; those of a class are a row of their own."""
    row = [other for other in PAGES if (other.section == CLASS) == (page.section == CLASS)]
    place = [other.url_path for other in row].index(page.url_path)
    return row[place - 1] if place else None, row[place + 1] if place + 1 < len(row) else None


def sections() -> dict[str, list[Page]]:
    """The pages by section, both in the order of `PAGES`."""
    by_section: dict[str, list[Page]] = {}
    for page in PAGES:
        by_section.setdefault(page.section, []).append(page)
    return by_section
