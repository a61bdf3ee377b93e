"""The checks of exercise 02 that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network

FUNCTIONS = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


@pytest.mark.task("sigmoid")
@pytest.mark.points(2)
@pytest.mark.hint("exp(-abs(x)) is at most 1: write both sides with it.")
def test_sigmoid_stays_finite_at_1000(submission):
    got = submission.sigmoid(np.array([-1000.0, -800.0, 0.0, 800.0, 1000.0]))
    wrong = [
        (
            [0, 0, 0.5, np.nan, np.nan],
            "exp left the range of numbers: use exp(x) / (1 + exp(x)) for negative x only",
        ),
    ]
    expect.close(got, [0, 0, 0.5, 1, 1], "sigmoid([-1000, -800, 0, 800, 1000])", rtol=1e-4, wrong=wrong)


@pytest.mark.task("sigmoid")
@pytest.mark.hint("Work number by number; the shape stays.")
def test_sigmoid_and_its_mirror_add_up_to_1(submission):
    x = np.random.default_rng(1).normal(0, 4, (3, 4, 2))
    left, right = submission.sigmoid(x), submission.sigmoid(-x)
    expect.shape(left, (3, 4, 2), "sigmoid of an array (3, 4, 2)")
    expect.close(np.add(left, right), np.ones((3, 4, 2)), "sigmoid(x) + sigmoid(-x)", rtol=1e-4)
    expect.close(left, 1 / (1 + np.exp(-x)), "sigmoid(x)", rtol=1e-4)


@pytest.mark.task("tanh")
@pytest.mark.hint("np.tanh, or the stable sigmoid: 2 * sigmoid(2 * x) - 1.")
def test_tanh_stays_finite_at_1000(submission):
    got = submission.tanh(np.array([[-1000.0, 0.5, 1000.0]]))
    wrong = [([[np.nan, np.tanh(0.5), np.nan]], "exp left the range of numbers: infinity by infinity")]
    expect.close(got, [[-1, np.tanh(0.5), 1]], "tanh([[-1000, 0.5, 1000]])", rtol=1e-4, wrong=wrong)


@pytest.mark.task("relu")
@pytest.mark.hint("Any shape, and whole numbers, too.")
def test_relu_takes_maps_of_any_shape(submission):
    x = np.random.default_rng(2).integers(-9, 9, (2, 3, 3, 4))
    expect.close(submission.relu(x), x * (x > 0), "relu of whole numbers (2, 3, 3, 4)")


@pytest.mark.task("leaky_relu")
@pytest.mark.hint("x where it is positive, else slope * x.")
def test_leaky_relu_takes_maps_of_any_shape(submission):
    x = np.random.default_rng(3).normal(size=(2, 3, 3, 4))
    expect.close(
        submission.leaky_relu(x, 0.25), np.where(x > 0, x, x / 4), "leaky_relu(maps, 0.25)", rtol=1e-4
    )


@pytest.mark.task("prelu")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Ask where x is positive; the larger of alpha * x and x is another number when alpha is above 1."
)
def test_learned_slopes_may_exceed_1_or_turn_negative(submission):
    x = np.array([[[-1.0, -1.0], [2.0, 2.0]]])
    alpha = np.array([3.0, -0.5])
    wrong = [
        (
            np.maximum(alpha * x, x),
            "max(alpha x, x) is right only while alpha is at most 1; ask whether x is positive",
        ),
    ]
    due = [[[-3.0, 0.5], [2.0, 2.0]]]
    expect.close(
        submission.prelu(x, alpha), due, "prelu of -1 and 2 with slopes [3, -0.5]", rtol=1e-4, wrong=wrong
    )


@pytest.mark.task("elu")
@pytest.mark.hint("alpha multiplies the negative side only; at large x there must be no exp to overflow.")
def test_elu_has_an_alpha_and_survives_1000(submission):
    got = submission.elu(np.array([-1000.0, -1.0, 0.0, 2.0, 1000.0]), 2.0)
    wrong = [
        ([-1, np.exp(-1) - 1, 0, 2, 1000], "alpha is missing: alpha * (exp(x) - 1)"),
        (
            [-2, 2 * np.exp(-1) - 2, 0, 4, 2000],
            "alpha is for negative numbers; positive ones stay as they are",
        ),
        ([-1, 2 * np.exp(-1) - 1, 1, 2, 1000], "alpha multiplies the whole of exp(x) - 1: mind the brackets"),
        ([-1, 2 * np.exp(-1) - 1, 0, 2, 1000], "alpha multiplies the whole of exp(x) - 1: mind the brackets"),
        ([-2, 2 * np.exp(-1) - 2, 0, 2, np.nan], "exp of a large positive number came in: 0 times infinity"),
    ]
    due = [-2, 2 * np.exp(-1) - 2, 0, 2, 1000]
    expect.close(got, due, "elu([-1000, -1, 0, 2, 1000], alpha=2)", rtol=1e-4, wrong=wrong)


@pytest.mark.task("maxout")
@pytest.mark.hint("Nothing depends on there being two pieces.")
@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_pieces(submission, count):
    rng = np.random.default_rng(count)
    x, kernel, bias = rng.normal(size=(6, 4)), rng.normal(size=(count, 4, 2)), rng.normal(size=(count, 2))
    due = np.stack([x @ kernel[i] + bias[i] for i in range(count)]).max(axis=0)
    wrong = [
        (
            np.maximum(x @ kernel[0] + bias[0], x @ kernel[-2 % count] + bias[-2 % count]),
            "only two pieces were looked at",
        )
    ]
    wrong = [(answer, why) for answer, why in wrong if not np.allclose(answer, due)]
    expect.close(
        submission.maxout(x, kernel, bias),
        due,
        f"maxout of {count} pieces",
        rtol=1e-4,
        atol=1e-6,
        wrong=wrong,
    )


VALUES = {
    "sigmoid": FUNCTIONS["sigmoid"],
    "tanh": np.tanh,
    "relu": FUNCTIONS["relu"],
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
}


@pytest.mark.task("activation_grad")
@pytest.mark.hint("Compare with a tiny step: (f(x + 1e-5) - f(x - 1e-5)) / 2e-5.")
@pytest.mark.parametrize("name", list(VALUES))
def test_the_slope_is_that_of_a_tiny_step(submission, name):
    x = np.random.default_rng(4).uniform(0.1, 3, (4, 5)) * np.random.default_rng(5).choice([-1, 1], (4, 5))
    due = (VALUES[name](x + 1e-5) - VALUES[name](x - 1e-5)) / 2e-5
    expect.close(
        submission.activation_grad(name, x), due, f'activation_grad("{name}", x)', rtol=1e-3, atol=1e-5
    )


@pytest.mark.task("activation_grad")
@pytest.mark.hint("raise ValueError at the end, for all names that were not met.")
def test_an_unknown_activation_is_refused(submission):
    expect.raises(
        "ValueError",
        lambda: submission.activation_grad("swishy", np.zeros(2)),
        'activation_grad("swishy", x)',
    )


@pytest.mark.task("activation_grad")
@pytest.mark.hint("Where the activation is flat the slope is 0, not infinity times 0.")
@pytest.mark.parametrize(("name", "due"), [("sigmoid", [0, 0]), ("tanh", [0, 0]), ("elu", [0, 1])])
def test_the_slope_stays_finite_at_1000(submission, name, due):
    got = submission.activation_grad(name, np.array([-1000.0, 1000.0]))
    expect.close(got, due, f'activation_grad("{name}", [-1000, 1000])', atol=1e-6)


def perceptron(*sizes, seed, images):
    rng = np.random.default_rng(seed)
    pairs = zip(sizes, sizes[1:], strict=False)
    params = [(rng.normal(0, 0.7, pair), rng.normal(0, 0.3, pair[1])) for pair in pairs]
    return rng.normal(size=(images, sizes[0])), rng.integers(0, sizes[-1], images), params


def forward(x, params, activation):
    sums = []
    for W, b in params:
        sums.append(x @ W + b)
        x = FUNCTIONS[activation](sums[-1])
    return sums


def loss(x, y, params, activation="relu"):
    z = forward(x, params, activation)[-1]
    z = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


@pytest.mark.task("mlp_forward")
@pytest.mark.points(2)
@pytest.mark.hint("Loop over params; nothing depends on how many layers there are.")
@pytest.mark.parametrize("sizes", [(5, 3), (5, 4, 3), (5, 7, 4, 6, 2)])
def test_any_number_of_layers_forward(submission, sizes):
    x, _, params = perceptron(*sizes, seed=6, images=3)
    got, due = submission.mlp_forward(x, params, "tanh"), forward(x, params, "tanh")
    what = f"mlp_forward of {len(sizes) - 1} layers"
    assert has(got, len(due)), f"{what} must give the sums z of every layer"
    for number, (mine, right) in enumerate(zip(got, due, strict=True), start=1):
        expect.close(mine, right, f"layer {number} of {what}", rtol=1e-4, atol=1e-6)


@pytest.mark.task("mlp_backward")
@pytest.mark.points(3)
@pytest.mark.hint("From the last layer to the first; insert each pair at the front.")
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_four_layers_agree_with_finite_differences(submission, activation):
    x, y, params = perceptron(5, 6, 4, 5, 3, seed=7, images=4)
    got = submission.mlp_backward(x, y, params, activation)
    what = f'mlp_backward of four layers with "{activation}"'
    assert has(got, 4), f"{what} must give a pair (dW, db) for each layer"
    for layer in reversed(range(4)):
        assert has(got[layer], 2), f"{what} must give pairs (dW, db)"
        for place, name in ((1, "db"), (0, "dW")):
            due = numeric(x, y, params, activation, layer, place)
            expect.close(
                got[layer][place], due, f"{name} of layer {layer + 1} of {what}", rtol=1e-3, atol=1e-6
            )


def numeric(x, y, params, activation, layer, place, step=1e-5):
    work = [[W.copy(), b.copy()] for W, b in params]
    array = work[layer][place]
    gradient = np.empty(array.shape)
    for entry in np.ndindex(*array.shape):
        value = array[entry]
        array[entry] = value + step
        above = loss(x, y, work, activation)
        array[entry] = value - step
        gradient[entry] = (above - loss(x, y, work, activation)) / (2 * step)
        array[entry] = value
    return gradient


@pytest.mark.task("mlp_backward")
@pytest.mark.hint("dW of the first layer is x.T @ delta: with one image, column j is x times one number.")
def test_positive_inputs_give_a_unit_gradients_of_one_sign(submission):
    _, y, params = perceptron(6, 5, 3, seed=8, images=1)
    x = np.random.default_rng(9).uniform(0.5, 1.5, (1, 6))
    got = submission.mlp_backward(x, y, params, "tanh")
    assert has(got, 2), "mlp_backward must give a pair (dW, db) for each layer"
    first = got[0][0] if isinstance(got[0], list | tuple) else got[0]
    expect.shape(first, (6, 5), "dW of the first layer")
    same = np.abs(np.sign(first).sum(axis=0))
    expect.close(
        same, np.full(5, 6.0), "the number of weights of each unit whose gradients agree in sign, for x > 0,"
    )


@pytest.mark.task("mlp_backward")
@pytest.mark.hint("Subtract the largest score of a row before exp: use the softmax that is given.")
def test_large_scores_give_finite_gradients(submission):
    x, y, params = perceptron(4, 3, seed=10, images=3)
    params = [(params[0][0] * 1000, params[0][1])]
    z = forward(x, params, "relu")[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - np.eye(3)[y]) / 3
    got = submission.mlp_backward(x, y, params)
    assert has(got, 1), "mlp_backward must give a pair (dW, db) for each layer"
    expect.close(got[0][0], x.T @ delta, "dW for scores in the thousands", rtol=1e-3, atol=1e-6)


@pytest.mark.task("sgd_step")
@pytest.mark.hint("Against the gradient, and not too far, the loss falls.")
def test_one_step_lowers_the_loss(submission):
    x, y, params = perceptron(6, 8, 3, seed=11, images=20)
    grads = [
        tuple(numeric(x, y, params, "relu", layer, place) for place in (0, 1)) for layer in range(len(params))
    ]
    after = submission.sgd_step(params, grads, 0.05)
    assert has(after, 2), "sgd_step must give a pair (W, b) for each layer"
    after = [(np.asarray(W), np.asarray(b)) for W, b in after]
    before, now = loss(x, y, params), loss(x, y, after)
    assert now < before, f"the loss went from {before:.4f} to {now:.4f} in one step; it must fall"
    steps = [(W - 0.05 * dW, b - 0.05 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    for (mine, _), (right, _) in zip(after, steps, strict=True):
        expect.close(mine, right, "W after sgd_step(params, grads, 0.05)", rtol=1e-4, atol=1e-6)


@pytest.mark.task("build_mlp")
@pytest.mark.points(2)
@pytest.mark.hint("Loop over hidden; use activation, classes and input_shape as they come.")
@pytest.mark.parametrize(
    ("hidden", "activation", "classes", "input_shape"),
    [((100, 50), "tanh", 10, (32, 32, 3)), ((), "relu", 4, (8, 6, 3)), ((7, 5, 3), "sigmoid", 2, (9, 9, 1))],
)
def test_other_perceptrons(submission, hidden, activation, classes, input_shape):
    got = submission.build_mlp(hidden, activation, classes, input_shape)
    due = network("mlp", hidden=hidden, activation=activation, classes=classes, input_shape=input_shape)
    expect.network(got, due, f'build_mlp({hidden}, "{activation}", {classes}, {input_shape})')


def has(answer, count):
    """Whether the answer is a list, tuple or array of so many entries."""
    return isinstance(answer, list | tuple | np.ndarray) and len(answer) == count
