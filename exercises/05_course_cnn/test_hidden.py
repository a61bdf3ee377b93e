import numpy as np
import pytest

from cnn_course.grading import expect, network


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradients_of(told):
    """Gradients of the mean cross-entropy of a linear softmax classifier, by hand."""
    x, y = told["images"].astype(float), told["labels"]
    p = softmax(x @ told["kernel"] + told["bias"])
    off = (p - np.eye(p.shape[1])[y]) / len(x)
    return {"gradients/linear/kernel": x.T @ off, "gradients/linear/bias": off.sum(axis=0)}


@pytest.mark.task("build_course_cnn")
@pytest.mark.hint("Use input_shape and classes where you wrote numbers.")
def test_other_images_and_classes_make_another_network(submission):
    expect.network(
        submission.build_course_cnn((48, 40, 1), 7),
        network("course_cnn", input_shape=(48, 40, 1), classes=7),
        "build_course_cnn((48, 40, 1), 7)",
    )


@pytest.mark.task("run_dir")
@pytest.mark.hint("Never delete or reuse a folder that is there; Path(root) turns text into a path.")
def test_the_root_may_be_a_path_and_earlier_runs_stay(submission):
    made = submission.scenario("run_folders", 2, text=False)
    assert all(folder["there"] and folder["below"] for folder in made), (
        "run_dir(Path(...), ...) must work as run_dir of a text does"
    )
    assert all(folder["new"] for folder in made), "run_dir gave a folder that was there before"
    assert submission.scenario("older_files"), (
        "a second call of run_dir removed the files of the first run: runs are kept, to be compared"
    )


@pytest.mark.task("make_callbacks")
@pytest.mark.hint("histogram_freq=histogram_freq and write_images=write_images: no numbers of your own.")
def test_the_arguments_reach_tensorboard(submission):
    without = submission.scenario("board", 0)["train"]
    assert without, "make_callbacks(folder, histogram_freq=0): nothing was written at all"
    assert "histograms" not in without.values(), (
        "make_callbacks(folder, histogram_freq=0) wrote histograms; 0 means never"
    )
    assert "images" not in submission.scenario("board", 1, False)["train"].values(), (
        "make_callbacks(folder, write_images=False) drew the weights as images"
    )
    assert "images" in submission.scenario("board", 1, True)["train"].values(), (
        "make_callbacks(folder, write_images=True) drew no images: pass write_images on"
    )


@pytest.mark.task("GradientHistogram")
@pytest.mark.points(2)
@pytest.mark.hint(
    "tape.gradient(loss, weights), the loss by self.model.compute_loss on self.images and self.labels."
)
def test_what_is_written_are_the_gradients_of_the_loss(submission):
    told = submission.scenario("gradients")
    for tag, due in gradients_of(told).items():
        assert tag in told["written"], f"there is no histogram {tag}"
        histogram = told["written"][tag]
        weights = told["kernel"] if tag.endswith("kernel") else told["bias"]
        expect.equal(histogram["count"], due.size, f"the numbers that went into {tag}")
        expect.close(
            [histogram["least"], histogram["largest"]],
            [due.min(), due.max()],
            f"the smallest and largest number in {tag}",
            rtol=1e-3,
            atol=1e-6,
            wrong=[
                ([weights.min(), weights.max()], "these are the weights; their gradients are wanted"),
                (
                    [due.min() * 6, due.max() * 6],
                    "this is the gradient of the sum over the 6 images, not of the mean",
                ),
                ([np.abs(due).min(), np.abs(due).max()], "gradients have signs; keep them"),
                ([-due.max(), -due.min()], "the signs are turned round"),
            ],
        )


@pytest.mark.task("train")
@pytest.mark.hint(
    "The softmax is in the network already: the loss gets probabilities, and labels that are whole numbers."
)
def test_the_loss_is_the_cross_entropy_of_the_probabilities(submission):
    watched = submission.scenario("training", 16, 4, 2)
    p, y = watched["probabilities"][12:], watched["labels"][12:]
    squared = ((p - np.eye(3)[y]) ** 2).mean()
    expect.close(
        watched["history"]["val_loss"][-1],
        -np.log(p[np.arange(4), y]).mean(),
        "val_loss after the last epoch",
        rtol=1e-3,
        wrong=[(squared, "that is the mean squared error; classification wants cross-entropy")],
    )
    assert watched["moved"], "train(...) changed no weight"


@pytest.mark.task("train")
@pytest.mark.hint("Pass batch_size, epochs and callbacks on to fit, and let it shuffle.")
def test_batches_epochs_order_and_callbacks_are_as_asked(submission):
    watched = submission.scenario("training", 32, 6, 3)
    sizes = [len(batch) for batch in watched["trained"]]
    expect.equal(
        sizes,
        [6] * 12,
        "the sizes of the batches in 3 epochs of 24 images with batch_size=6",
        wrong=[
            ([24] * 3, "batch_size did not reach fit: its own 32 was taken"),
            ([6] * 4, "there was one epoch only: pass epochs on"),
        ],
    )
    expect.equal(watched["epochs_told"], 3, "the epochs that the callback was told of")
    order = [number for batch in watched["trained"] for number in batch]
    first = order[:24]
    assert sorted(first) == list(range(24)), (
        "the first epoch of train(...) must show each training image once"
    )
    assert first != sorted(first), "train(...) showed the images in the order of the data: shuffle them"
