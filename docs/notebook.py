# %% [markdown]
# # The lab from a notebook
#
# This file is a notebook: an editor that knows cells (VS Code, PyCharm, Spyder) runs them one by one at each `# %%`, and
# `python docs/notebook.py` runs all of them in half a minute. It loads images, trains two small models, waits for them, compares them,
# and draws what came out.

# %% The names that a script begins with. `help(core)` is a guide to them.
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [".", ".."]  # the folder of the project, from there or from docs/

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core import RunManager, class_table, load_dataset, per_image
from core.evaluation.pairs import verdict

# %% [markdown]
# ## Data
# Images are bytes in three splits: one to learn from, one to choose by, one to be asked once, at the end. A split is one of torch's data
# sets: it has a length, can be indexed and gone through, and a `DataLoader` takes it.

# %%
shapes = load_dataset("shapes")
print(shapes)
image, label = shapes.train[0]
print("The first image is", tuple(image.shape), image.dtype, "and shows a", shapes.classes[label])

# %% [markdown]
# ## Training
# A run trains in a thread and keeps its numbers and weights after every epoch. The pages and the command line see the same runs, in the
# folder that `LAB_HOME` names. What is not said here has its default: `RunConfig.hyperparameters("gru")` names everything there is to say.

# %%
lab = RunManager()
short = {"epochs": 6, "train_fraction": 0.5, "threads": 1}
gru = lab.submit({**short, "model": "gru"})
vit = lab.submit({**short, "model": "vit", "num_layers": 1})
for run in (gru, vit):
    end = lab.wait(run)
    print(run, "is", end.status, end.message)

# %% [markdown]
# ## Comparing
# Tables are pandas' own: a row a run, and a row an epoch. Accuracies are shares of 1, and epochs count from 1, as on the pages.

# %%
runs = lab.runs_table().set_index("run")
print(runs[["status", "best_epoch", "best_val_top1", "test_top1"]])
histories = {run: lab.history(run) for run in (gru, vit)}
print(histories[gru][["epoch", "train_loss", "val_loss", "val_top1", "seconds"]])

# %% [markdown]
# Which of two models is better is a question about images: both named the same ones, so that only those count which one names rightly and
# the other does not. An interval that holds 0 says that the choice of the images alone may make such a difference.

# %%
comparison = verdict(lab, lab.snapshot(gru), lab.snapshot(vit))
difference = comparison.difference
print(f"{vit} minus {gru}: {difference.value:+.1%}, 95 % from {difference.low:+.1%} to {difference.high:+.1%}")
print("This is beyond chance." if comparison.beyond_chance else "Chance alone may make this.")

# %% [markdown]
# ## Class by class, and image by image
# The confusion matrix of an epoch has all scores of a class in it. Under it lie the images: what each is, what it was taken for, and how
# sure the model was.

# %%
best = lab.snapshot(gru).best
scores = class_table(best.val_confusion, shapes.classes).set_index("class")
print(scores[["count", "recall", "precision", "f1"]].sort_values("recall"))

images = per_image(lab, gru)
wrong = images[~images["correct"]].sort_values("confidence", ascending=False)
print(wrong.head(5)[["image", "true_class", "predicted_class", "confidence"]])
surest = shapes.val[wrong["image"][:5]]
print("Those five:", surest)

# %% [markdown]
# ## A model in one's own hands
# The weights of any kept epoch are a plain `nn.Module`. It reads normalised floats; here epochs count from 0.

# %%
from core.data.splits import normalize

model = lab.model(gru)
logits = model(normalize(surest.images, shapes.mean, shapes.std))
print("It says", *(shapes.classes[k] for k in logits.argmax(1).tolist()))
print("and it is", *(shapes.classes[k] for k in surest.labels.tolist()))

# %% [markdown]
# ## Drawing
# Any library draws these tables. This figure is one HTML file that needs no network.

# %%
figure = make_subplots(1, 2, subplot_titles=("Validation loss by epoch", "Recall by class"))
for run, history in histories.items():
    figure.add_trace(go.Scatter(x=history["epoch"], y=history["val_loss"], name=run), row=1, col=1)
    recall = class_table(lab.snapshot(run).best.val_confusion, shapes.classes)
    figure.add_trace(go.Bar(x=recall["class"], y=recall["recall"], name=run), row=1, col=2)
file = Path(tempfile.mkdtemp()) / "two-runs.html"
figure.write_html(file)
print("The figure is in", file)

# %% The end: nothing trains any more, and the database is one file again.
lab.shutdown()
