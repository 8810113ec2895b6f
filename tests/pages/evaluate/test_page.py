"""The page Evaluate as a student and an instructor go through it, without a browser."""

import re

import pytest
from PIL import Image

from core.data.naming import name_place
from core.evaluation.intervals import accuracy_interval
from core.evaluation.judged import judged
from core.readable import percent
from core.records.published import published_run
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from dashboard.runs import outputs
from dashboard.shell import services
from pages.evaluate.controls import IMAGES
from pages.evaluate.view import largest_confusion
from tests.core.data.test_naming import class_folder_set
from tests.pages.support import open_page, press, run, texts
from tests.support import SMALL, ended, load_tiny, wait_for


def open_evaluate(**query):
    return open_page("evaluate", **query)


def htmls(app, marker):
    return [e.proto.body for e in app.get("html") if marker in e.proto.body and "<style" not in e.proto.body]


def trained(**values):
    lab = services.manager()
    return wait_for(lab, lab.submit(RunConfig.of(**{**SMALL, "epochs": 3, **values})), ended)


def figure(app, name):
    return re.search(rf"<dt>{re.escape(name)}</dt><dd>([^<]*)", htmls(app, "lab-figures")[0])[1]


def test_it_opens_on_the_images_of_the_largest_confusion():
    app, recorded = open_evaluate(), recorded_run("shapes-gru")
    best = recorded.best
    found = judged(services.manager(), recorded.run_id, best.epoch)
    true, predicted = largest_confusion(best.val_confusion)
    cell = found.cell(true, predicted)
    assert f"{recorded.classes[true]} misclassified as {recorded.classes[predicted]}, epoch {best.epoch + 1}: {len(cell)} images" in texts(
        app
    )
    cards = htmls(app, "lab-card")[0]
    shown = min(12, len(cell))
    assert cards.count('class="lab-card wrong"') == shown and cards.count(f"<b>{recorded.classes[true]}</b>") == shown
    interval = accuracy_interval(int(found.right.sum()), 2000)
    assert figure(app, "accuracy") == f"{100 * best.val_top1:.1f} %"
    assert figure(app, "95 % by the choice of images") == f"{100 * interval.low:.1f} % to {100 * interval.high:.1f} %"


@pytest.mark.parametrize(("query", "labels"), [({}, ["Table (CSV)", "Images (CSV)"]), ({"run": "published-hand-in"}, ["Table (CSV)"])])
def test_images_are_a_table_where_it_is_known_what_was_said_of_each(query, labels):
    assert [button.proto.label for button in open_evaluate(**query).get("download_button")] == labels


def test_a_link_opens_a_cell_of_an_epoch_and_stays_in_the_address():
    own = trained()
    true, predicted = largest_confusion(own.epochs[0].val_confusion)
    link = {"run": own.run_id, "epoch": "1", "cell": f"{true}-{predicted}"}
    app = open_evaluate(**link)
    count = own.epochs[0].val_confusion[true, predicted]
    assert f"class {true} misclassified as class {predicted}, epoch 1: {count} image" in texts(app)
    assert dict(app.query_params) == (link if own.best.epoch else {k: v for k, v in link.items() if k != "epoch"})


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ("Class", "Of 4 images of class 0"),
        ("Sureness", "Expected calibration error"),
        ("History", "were never classified correctly"),
    ],
)
def test_every_view_of_an_own_run(view, told):
    own = trained()
    app = open_evaluate(run=own.run_id, view=view, cell="0-1")
    assert told in texts(app) and len(app.get("plotly_chart")) == 1


def test_a_class_that_never_occurs_has_no_curve(tmp_path):
    own = trained()
    folder = own_folder(tmp_path, classes=(0, 1))
    app = open_evaluate(run=own.run_id, split="Own folder", view="Class", cell="7-1")
    run(app.text_input(key="evaluate_folder").set_value(str(folder)))
    press(app, "evaluate_judge")
    assert "There is no class 7 among these images" in texts(app)


def own_folder(tmp_path, classes):
    data = load_tiny("tiny", None)
    for k in classes:
        folder = tmp_path / "own" / f"class {k}"
        folder.mkdir(parents=True)
        for i in range(3):
            Image.fromarray(data.test.images[10 * i + k].permute(1, 2, 0).numpy()).save(folder / f"{i}.png")
    return tmp_path / "own"


def test_a_folder_is_judged_when_asked(tmp_path):
    own = trained()
    app = open_evaluate(run=own.run_id, split="Own folder")
    assert "has not been evaluated on these images" in texts(app)
    run(app.text_input(key="evaluate_folder").set_value(str(tmp_path / "nowhere")))
    assert "does not exist: check the path" in texts(app)
    run(app.text_input(key="evaluate_folder").set_value(str(own_folder(tmp_path, classes=(2, 4)))))
    press(app, "evaluate_judge")
    assert "n = 6" in htmls(app, "lab-table")[0] and figure(app, "top-3") != "–"
    assert "No image is of class 0, class 1, class 3" in htmls(app, "lab-table")[0]
    assert figure(app, "mean recall").endswith("(2 of 10 classes)")


def test_what_of_a_folder_was_left_out_is_said_however_often_it_is_judged(tmp_path):
    own = trained()
    folder = own_folder(tmp_path, classes=(2, 4))
    (folder / "class 4" / "3.png").write_bytes((folder / "class 4" / "2.png").read_bytes()[:60])
    (folder / "empty").mkdir()
    for known in (False, True):
        app = open_evaluate(run=own.run_id, split="Own folder")
        run(app.text_input(key="evaluate_folder").set_value(str(folder)))
        if not known:
            press(app, "evaluate_judge")
            outputs._outputs.clear()  # as after a new start: what was judged lies on the disk
        assert "1 of 4 pictures of class class 4 were left out: cut short." in texts(app)
        assert "Left out, because there is no picture in it: empty/." in texts(app)
    run(app.segmented_control(key="evaluate_split").set_value("val"))
    assert "left out" not in texts(app).lower()


def test_a_folder_of_one_class_has_no_curve_of_precision(tmp_path):
    own = trained()
    app = open_evaluate(run=own.run_id, split="Own folder", view="Class", cell="7-1")
    run(app.text_input(key="evaluate_folder").set_value(str(own_folder(tmp_path, classes=(7,)))))
    press(app, "evaluate_judge")
    assert "All 3 images are of class 7" in texts(app) and not app.get("plotly_chart")


def test_two_classes_have_no_top_3(tmp_path):
    data = load_tiny("tiny", None)
    for i, image in enumerate(data.train.images):
        folder = tmp_path / "two" / f"class {i % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"{i}.png")
    own = trained(dataset="folder", data=str(tmp_path / "two"), epochs=1)
    assert own.status == "finished", own.message
    figures = htmls(open_evaluate(run=own.run_id), "lab-figures")[0]
    assert "mean recall" in figures and "top-3" not in figures


def test_test_images_are_looked_at_when_asked_and_looks_are_counted():
    own = trained()
    app = open_evaluate(run=own.run_id, split="Test")
    assert "has been used 1 time in this lab" in texts(app)
    assert "not known yet" in texts(app) and figure(app, "accuracy") == f"{100 * own.test.top1:.1f} %"
    press(app, "evaluate_judge")
    assert "has been used 2 times in this lab" in texts(app) and figure(app, "top-3") != "–"


def test_training_images_are_judged_when_asked():
    own = trained()
    app = open_evaluate(run=own.run_id, split="Training", epoch="2")
    assert "The answers of epoch 2 to the single images are not known yet." in texts(app)
    run(app.selectbox(key="evaluate_epoch").set_value(1))
    press(app, "evaluate_judge")
    assert "epoch 2: " in texts(app) and figure(app, "top-3") != "–"


def test_the_published_hand_in_has_matrices_and_no_images():
    app = open_evaluate(run="published-hand-in", epoch="3")
    assert figure(app, "accuracy") == f"{100 * published_run().epochs[2].val_top1:.1f} %" and figure(app, "top-3") == "–"
    assert "consists of curves and matrices" in texts(app)


def test_a_recorded_run_of_images_that_are_not_here_asks_for_them(tmp_path):
    app = open_evaluate(run="recorded-cifar10-bar-0")
    assert "are CIFAR-10's 50,000 training images" in texts(app)
    run(app.text_input(key="evaluate_moved").set_value(str(own_folder(tmp_path, classes=(0, 1)))))
    assert "These are not the images" in texts(app)
    assert figure(app, "accuracy") == percent(recorded_run("cifar10-bar-0").best.val_top1)


def test_a_recorded_run_looks_for_its_images_where_cifar10_was_said_to_lie(tmp_path):
    name_place("cifar10", class_folder_set(tmp_path / "train"))
    assert "These are not the images that recorded-cifar10-bar-0 was evaluated on" in texts(open_evaluate(run="recorded-cifar10-bar-0"))


def test_two_runs_are_compared_image_by_image():
    one, two = trained(), trained(lr=1e-4, seed=1)
    app = open_evaluate(run=one.run_id)
    run(app.selectbox(key="evaluate_minus").set_value(two.run_id))
    a, b = (judged(services.manager(), r.run_id, r.best.epoch).right for r in (one, two))
    told = texts(app)
    assert f"Only **{one.run_id}** is right on {(a & ~b).sum()} images, only **{two.run_id}** on {(b & ~a).sum()}." in told
    assert ("beyond chance" in told) != ("may be chance" in told) and "McNemar" in told


def test_a_link_says_what_is_subtracted():
    app = open_evaluate(run="recorded-cifar10-hand-in-0", minus="recorded-cifar10-hand-in-1")
    assert app.selectbox(key="evaluate_minus").value == "recorded-cifar10-hand-in-1"
    assert app.query_params["minus"] == "recorded-cifar10-hand-in-1"
    assert app.selectbox(key="evaluate_minus_epoch").value == recorded_run("cifar10-hand-in-1").best.epoch
    run(app.selectbox(key="evaluate_minus_epoch").set_value(0))
    assert app.query_params["minus_epoch"] == "1"
    app = open_evaluate(run="recorded-cifar10-hand-in-0", minus="recorded-cifar10-hand-in-1", minus_epoch="3")
    assert app.selectbox(key="evaluate_minus_epoch").value == 2
    run(app.selectbox(key="evaluate_minus").set_value("recorded-cifar10-hand-in-2"))
    assert app.selectbox(key="evaluate_minus_epoch").value == recorded_run("cifar10-hand-in-2").best.epoch
    run(app.selectbox(key="evaluate_minus").set_value(""))
    assert "minus" not in app.query_params and "minus_epoch" not in app.query_params
    assert open_evaluate(minus="no-such-run").selectbox(key="evaluate_minus").value == ""


@pytest.mark.parametrize(("split", "view"), [("Test", "Sureness"), ("Training", "Curves"), ("Own folder", "History")])
def test_a_link_says_which_images_and_which_view(split, view):
    own = trained()
    app = open_evaluate(run=own.run_id, split=split, view=view)
    assert app.segmented_control(key="evaluate_split").value == next(name for name, title in IMAGES.items() if title == split)
    assert (app.query_params["split"], app.query_params["view"]) == (split, view)
    run(app.segmented_control(key="evaluate_split").set_value("val"))
    run(app.segmented_control(key="evaluate_view").set_value("images"))
    assert dict(app.query_params).keys() <= {"run", "epoch", "cell"}


def test_a_cell_that_a_run_does_not_have_gives_way_to_its_largest_confusion():
    app = open_evaluate(cell="7-99")
    assert "The link's cell cannot be used" in " ".join(e.value for e in app.warning) and app.query_params["cell"] != "7-99"


def test_a_run_on_other_images_is_not_offered_for_comparison():
    own = trained()
    options = open_evaluate(run=own.run_id).selectbox(key="evaluate_minus").options
    assert len(options) == 2 and options[1].endswith(f"· {own.run_id}"), "nothing, and the run itself"


@pytest.mark.parametrize("run_id", ["published-hand-in", "recorded-shapes-gru"])
def test_scores_by_epoch_need_nothing_but_the_matrices(run_id):
    app = open_evaluate(run=run_id, view="Curves")
    assert len(app.get("plotly_chart")) == 1
    assert f"best epoch on the validation images, {services.run(run_id).best.epoch + 1}." in texts(app)


def test_a_run_without_an_epoch_says_so():
    lab = services.manager()
    waiting = lab.submit(RunConfig.of(**SMALL), paused=True)
    app = open_evaluate(run=waiting)
    assert "has not finished an epoch yet" in texts(app)
    lab.stop(waiting)


def test_weights_that_are_gone_leave_the_matrix():
    own = trained()
    files = services.manager().files(own.run_id)
    for epoch in range(3):
        files.epoch(epoch).unlink()
        files.logits("val", epoch).unlink()
    app = open_evaluate(run=own.run_id)
    assert "keeps no weights" in texts(app) and figure(app, "accuracy") == f"{100 * own.best.val_top1:.1f} %"


def test_the_trap_of_the_one_vs_rest_accuracy():
    app = open_evaluate()
    run(app.radio(key="evaluate_trap-choice").set_value("about 92 %"))
    press(app, "evaluate_trap-reveal")
    told = " ".join(e.value for e in app.info)
    assert "The answer is: about 61 %" in told and "60.89 %" in told and "92.18 %" in told


def test_what_is_subtracted_goes_when_the_run_has_other_classes():
    app = open_evaluate(run="recorded-cifar10-hand-in-0")
    run(app.selectbox(key="evaluate_minus").set_value("published-hand-in"))
    assert "cannot be compared image by image" in texts(app)
    run(app.selectbox(key="evaluate_run").set_value("recorded-shapes-gru"))
    assert app.selectbox(key="evaluate_minus").value == ""
