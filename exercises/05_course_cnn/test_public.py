import pytest

from cnn_course.grading import expect, network


@pytest.mark.task("build_course_cnn")
@pytest.mark.points(3)
@pytest.mark.hint(
    "Three times a convolution without padding with ReLU, a pooling after the first two; Flatten; Dense."
)
def test_the_network_is_that_of_the_table(submission):
    expect.network(submission.build_course_cnn(), network("course_cnn"), "build_course_cnn()")


@pytest.mark.task("build_course_cnn")
@pytest.mark.hint("Compare model.summary() with the table, layer by layer: which number is another one?")
def test_it_has_70692_parameters(submission):
    expect.equal(
        submission.build_course_cnn().parameters,
        70_692,
        "the number of parameters of build_course_cnn()",
        wrong=[
            (70_496, "that is without any biases: use_bias=False?"),
            (22_692, "that is with global average pooling; flatten the maps"),
            (125_444, "that is without the third convolution"),
            (134_692, "that is with a third convolution that keeps 6x6"),
            (224_292, "that is with padded convolutions"),
            (32_292, "that is with a third pooling, before Flatten"),
        ],
    )


@pytest.mark.task("run_dir")
@pytest.mark.hint("Path(root) / exercise / name / stamp, then mkdir(parents=True).")
def test_the_folder_is_made_below_exercise_and_name(submission):
    (folder,) = submission.scenario("run_folders", 1)
    assert folder["below"], (
        f'run_dir(root, "05_course_cnn", "course_cnn") gave {folder["name"]}; '
        "a folder below 05_course_cnn/course_cnn in root was expected"
    )
    assert folder["there"], f"run_dir(...) gave {folder['name']}, but there is no such folder: make it"
    assert folder["empty"], f"run_dir(...) gave {folder['name']}, in which there is something already"


@pytest.mark.task("run_dir")
@pytest.mark.hint("Two runs can begin in the same second: while the folder exists, try another name.")
def test_three_runs_in_the_same_second_have_three_folders(submission):
    names = [folder["name"] for folder in submission.scenario("run_folders", 3)]
    assert len(set(names)) == 3, (
        f"three calls of run_dir, one right after the other, gave {', '.join(names)}: "
        "runs that share a folder are mixed up in TensorBoard"
    )


@pytest.mark.task("make_callbacks")
@pytest.mark.hint("keras.callbacks.TensorBoard(log_dir=log_dir, ...), in a list.")
def test_the_curves_of_training_and_validation_are_written(submission):
    board = submission.scenario("board")
    for part in ("train", "validation"):
        assert "epoch_loss" in board[part], (
            f"after fit with make_callbacks(folder) there is no curve of the loss in folder/{part}"
            + ("" if board[part] else ": nothing was written there at all")
        )


@pytest.mark.task("make_callbacks")
@pytest.mark.hint("Pass histogram_freq on to TensorBoard; its own default is 0, never.")
def test_the_weights_are_written_as_histograms(submission):
    found = [tag for tag, plugin in submission.scenario("board")["train"].items() if plugin == "histograms"]
    assert len(found) == 2, (
        f"make_callbacks(folder, histogram_freq=1): {len(found)} histograms of weights were written, "
        "2 were expected for a network with one kernel and one bias; is histogram_freq passed on?"
    )


@pytest.mark.task("GradientHistogram")
@pytest.mark.hint('tf.summary.histogram(f"gradients/{weight.path}", gradient), for each weight; then flush.')
def test_every_trainable_weight_has_a_histogram_of_its_gradient(submission):
    written = submission.scenario("gradients")["written"]
    assert written, (
        "GradientHistogram wrote no histogram into log_dir/train: "
        "does it call tf.summary.histogram inside self.writer.as_default(...), and flush afterwards?"
    )
    expect.equal(
        sorted(written),
        ["gradients/linear/bias", "gradients/linear/kernel"],
        "the tags of the histograms that GradientHistogram wrote",
        wrong=[
            (["linear/bias", "linear/kernel"], 'the tag begins with "gradients/"'),
            (
                ["gradients/bias", "gradients/kernel"],
                "weight.path also names the layer; weight.name does not",
            ),
            (["gradients/linear/kernel"], "biases are trainable weights too"),
            (["gradients/linear"], "one histogram for each weight, not for each layer"),
        ],
    )


@pytest.mark.task("GradientHistogram")
@pytest.mark.hint("The writer needs the step: self.writer.as_default(step=epoch).")
def test_the_steps_are_the_epochs(submission):
    for tag, histogram in submission.scenario("gradients")["written"].items():
        expect.equal(
            histogram["steps"],
            [0, 1],
            f"the steps of {tag} after two epochs",
            wrong=[
                ([1, 2], "Keras counts epochs from 0, as its own TensorBoard callback does"),
                ([0, 0], "every epoch was written as step 0: pass the epoch on"),
                ([1], "only the last epoch was written"),
                ([0], "only the first epoch was written"),
            ],
        )


@pytest.mark.task("train")
@pytest.mark.hint("validation_split=0.25 takes the last quarter; validation_data=(...) would do too.")
def test_the_last_quarter_is_held_out(submission):
    watched = submission.scenario("training", 20)
    validated = sorted({number for batch in watched["validated"] for number in batch})
    expect.equal(
        validated,
        [15, 16, 17, 18, 19],
        "of 20 images, those that train(...) validates on",
        wrong=[
            ([], "nothing was held out: where is the validation part?"),
            (list(range(20)), "you validated on all images, also those that were trained on"),
            ([0, 1, 2, 3, 4], "that is the first quarter"),
            (list(range(10, 20)), "that is half of them"),
            ([16, 17, 18, 19], "that is a fifth of them"),
        ],
    )
    trained = sorted({number for batch in watched["trained"] for number in batch})
    expect.equal(
        trained,
        list(range(15)),
        "of 20 images, those that train(...) trains on",
        wrong=[(list(range(20)), "the images held out for validation were trained on as well")],
    )


@pytest.mark.task("train")
@pytest.mark.hint('metrics=["accuracy"] in compile; return what fit returns.')
def test_the_history_has_loss_and_accuracy_of_both_parts(submission):
    history = submission.scenario("training", 16, 4, 3)["history"]
    for key in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert key in history, (
            f"the history that train(...) returned has {', '.join(sorted(history))}; {key} is missing"
        )
        expect.equal(len(history[key]), 3, f"the number of values of {key} after 3 epochs")
