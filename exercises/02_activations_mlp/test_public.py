"""The checks of exercise 02 that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network

X = np.array([-10.0, -1.0, 0.0, 1.0, 10.0])
SHOWN = "[-10, -1, 0, 1, 10]"
SIGMOID = np.array([4.539787e-05, 0.26894142, 0.5, 0.73105858, 0.9999546])
TANH = np.array([-1.0, -0.76159416, 0.0, 0.76159416, 1.0])


@pytest.mark.task("sigmoid")
@pytest.mark.hint("1 / (1 + np.exp(-x))")
def test_sigmoid_has_the_values_of_the_table(submission):
    wrong = [
        (np.exp(-X) / (1 + np.exp(-X)), "that falls as x rises; the sign in exp(-x) is missing"),
        (TANH, "that is tanh; the sigmoid lies between 0 and 1"),
        (SIGMOID * (1 - SIGMOID), "that is the slope of the sigmoid"),
        (1 + np.exp(-X), "1 / 1 + exp(-x) divides only the 1; put the sum in brackets"),
    ]
    expect.close(submission.sigmoid(X), SIGMOID, f"sigmoid({SHOWN})", rtol=1e-4, wrong=wrong)


@pytest.mark.task("tanh")
@pytest.mark.hint("2 * sigmoid(2 * x) - 1, or np.tanh.")
def test_tanh_has_the_values_of_the_table(submission):
    wrong = [
        (2 * SIGMOID - 1, "that is half as steep: tanh(x) = 2 sigmoid(2x) - 1"),
        (SIGMOID, "that is the sigmoid; tanh lies between -1 and 1"),
        (1 / (1 + np.exp(-2 * X)), "that lies between 0 and 1; stretch it to -1 to 1"),
        (1 - TANH**2, "that is the slope of tanh"),
        (np.tan(X), "that is the tangent; np.tanh is the hyperbolic one"),
    ]
    expect.close(submission.tanh(X), TANH, f"tanh({SHOWN})", rtol=1e-4, wrong=wrong)


@pytest.mark.task("relu")
@pytest.mark.hint("np.maximum compares number by number; np.max finds the largest of all.")
def test_relu_keeps_what_is_positive(submission):
    wrong = [
        (10.0, "that is the largest number of all (np.max); np.maximum goes number by number"),
        (np.abs(X), "that turns negative numbers round; they become 0"),
        (np.minimum(X, 0), "that keeps the negative side; it should be the positive one"),
        (np.maximum(X, 1), "that starts at 1; the bend is at 0"),
        ((X > 0) * 1.0, "that is the slope (or a step); positive numbers stay as they are"),
        (X[X > 0], "the negative numbers were left out; they become 0 and stay in place"),
        (np.clip(X, 0, 1), "that ends at 1; ReLU goes on for ever"),
    ]
    expect.close(submission.relu(X), [0, 0, 0, 1, 10], f"relu({SHOWN})", wrong=wrong)


@pytest.mark.task("leaky_relu")
@pytest.mark.hint("np.where(x > 0, ..., ...)")
@pytest.mark.parametrize("slope", [0.01, 0.1])
def test_leaky_relu_lets_a_little_through(submission, slope):
    due = np.where(X > 0, X, slope * X)
    wrong = [
        (np.where(X > 0, slope * X, X), "the slope is on the wrong side; it belongs to negative numbers"),
        (np.maximum(X, 0), "that is ReLU; negative numbers must leak through"),
        (np.where(X > 0, X, slope), "negative numbers all became the slope; multiply them by it"),
        (np.where(X > 0, X, -slope * X), "the sign was lost: slope * x is negative there"),
        (np.where(X > 0, X, 0.3 * X), "that is Keras's slope of 0.3; use the slope that is given"),
        (np.where(X > 0, X, 0.2 * X), "that is Keras's slope of 0.2; use the slope that is given"),
        (np.where(X > 0, X, 0.01 * X), "that is always a slope of 0.01; use the slope that is given"),
        (np.where(X > 0, X, 0.1 * X), "that is always a slope of 0.1; use the slope that is given"),
    ]
    wrong = [(answer, why) for answer, why in wrong if not np.allclose(answer, due)]
    expect.close(
        submission.leaky_relu(X, slope), due, f"leaky_relu({SHOWN}, {slope})", rtol=1e-4, wrong=wrong
    )


@pytest.mark.task("prelu")
@pytest.mark.hint("x (N, C) and alpha (C,) fit together as they are: NumPy lines up the last axis.")
def test_prelu_has_a_slope_for_each_channel(submission):
    x = np.array([[-2.0, -2.0, -2.0], [4.0, 4.0, 4.0]])
    alpha = np.array([0.0, 0.25, 0.5])
    due = [[0.0, -0.5, -1.0], [4.0, 4.0, 4.0]]
    wrong = [
        (x * alpha, "that scales positive numbers, too; they stay as they are"),
        (np.where(x > 0, x, alpha.mean() * x), "that is one slope for all; each channel has its own"),
        (np.where(x > 0, x, alpha[0] * x), "that is one slope for all; each channel has its own"),
        (np.where(x > 0, alpha * x, x), "the slope is on the wrong side; it belongs to negative numbers"),
        (np.where(x > 0, x, alpha), "negative numbers all became alpha; multiply them by it"),
    ]
    got = submission.prelu(x, alpha)
    expect.close(got, due, "prelu of -2 and 4 with slopes [0, 0.25, 0.5]", rtol=1e-4, wrong=wrong)


@pytest.mark.task("elu")
@pytest.mark.hint("np.where(x > 0, x, alpha * (np.exp(x) - 1))")
def test_elu_bends_towards_minus_alpha(submission):
    due = np.where(X > 0, X, np.exp(np.minimum(X, 0)) - 1)
    wrong = [
        (np.where(X > 0, X, np.exp(np.minimum(X, 0))), "the -1 is missing: without it the curve jumps at 0"),
        (np.exp(X) - 1, "that is exp(x) - 1 everywhere; positive numbers stay as they are"),
        (
            np.where(X > 0, X, 1 - np.exp(np.minimum(X, 0))),
            "the sign is turned: exp(x) - 1 is negative there",
        ),
        (np.where(X > 0, X, np.exp(-np.minimum(X, 0)) - 1), "that takes exp(-x), which grows; take exp(x)"),
        (np.maximum(X, 0), "that is ReLU; the negative side must bend"),
    ]
    expect.close(submission.elu(X), due, f"elu({SHOWN})", rtol=1e-4, wrong=wrong)


@pytest.mark.task("maxout")
@pytest.mark.hint(
    "x @ kernel gives (pieces, N, units); bias[:, None] has the same axes; the maximum is over pieces."
)
def test_maxout_takes_the_largest_piece(submission):
    x, kernel, bias = pieces(count=2)
    sums = np.einsum("nd,pdu->pnu", x, kernel)
    affine = sums + bias[:, None]
    due = affine.max(axis=0)
    wrong = [
        (sums.max(axis=0), "the biases are missing"),
        (
            sums.max(axis=0) + bias.max(axis=0),
            "the bias of a piece is part of the piece: add it before the maximum",
        ),
        (
            sums.max(axis=0) + bias.sum(axis=0),
            "the bias of a piece is part of the piece: add it before the maximum",
        ),
        (affine, "these are the pieces; take the largest of them"),
        (affine.sum(axis=0), "that adds the pieces up; take the largest of them"),
        (affine.mean(axis=0), "that is the mean of the pieces; take the largest of them"),
        (affine.max(axis=2), "the maximum went over the units; it goes over the pieces"),
        (affine.max(axis=1), "the maximum went over the images; it goes over the pieces"),
        (np.maximum(due, 0), "that is ReLU on top; maxout needs none, and may be negative"),
        (affine[0], "that is the first piece only"),
    ]
    got = submission.maxout(x, kernel, bias)
    expect.close(got, due, "maxout of 3 images, 2 pieces, 5 units", rtol=1e-4, atol=1e-6, wrong=wrong)


def pieces(count):
    rng = np.random.default_rng(count)
    return rng.normal(size=(3, 4)), rng.normal(size=(count, 4, 5)), rng.normal(size=(count, 5))


SLOPES = {
    "sigmoid": SIGMOID * (1 - SIGMOID),
    "tanh": 1 / np.cosh(X) ** 2,
    "relu": np.array([0.0, 0.0, 0.0, 1.0, 1.0]),
    "elu": np.array([4.539993e-05, 0.36787944, 1.0, 1.0, 1.0]),
}
MISTAKEN = {
    "sigmoid": [
        (SIGMOID, "that is the value; the slope is s (1 - s)"),
        (X * (1 - X), "s (1 - s) takes the sigmoid of x, not x itself"),
        (1 - SIGMOID**2, "that is the rule of tanh; the sigmoid's slope is s (1 - s)"),
        (SIGMOID - 1, "the slope is the product s (1 - s)"),
    ],
    "tanh": [
        (TANH, "that is the value; the slope is 1 - tanh(x)**2"),
        (1 - X**2, "1 - t**2 takes tanh(x), not x itself"),
        (TANH * (1 - TANH), "that is the rule of the sigmoid; the slope of tanh is 1 - tanh(x)**2"),
        (1 - TANH, "the square is missing: 1 - tanh(x)**2"),
    ],
    "relu": [
        (np.array([0.0, 0.0, 1.0, 1.0, 1.0]), "at 0 the slope is 0 here, as in TensorFlow"),
        (np.maximum(X, 0), "that is the value; the slope is 1 or 0"),
        (np.array([0.0, 0.0, 0.5, 1.0, 1.0]), "at 0 the slope is 0 here, as in TensorFlow"),
    ],
    "elu": [
        (
            np.array([4.539993e-05 - 1, 0.36787944 - 1, 1.0, 1.0, 1.0]),
            "the slope of exp(x) - 1 is exp(x), without the -1",
        ),
        (
            np.array([4.539993e-05 - 1, 0.36787944 - 1, 0.0, 1.0, 1.0]),
            "the slope of exp(x) - 1 is exp(x), without the -1",
        ),
        (np.exp(X), "positive numbers have slope 1"),
    ],
}


@pytest.mark.task("activation_grad")
@pytest.mark.hint("sigmoid: s (1 - s). tanh: 1 - t**2. ReLU: 1 or 0. ELU: 1 or exp(x).")
@pytest.mark.parametrize("name", list(SLOPES))
def test_the_slope(submission, name):
    got = submission.activation_grad(name, X)
    what = f'activation_grad("{name}", {SHOWN})'
    expect.close(got, SLOPES[name], what, rtol=1e-3, atol=1e-6, wrong=MISTAKEN[name])


@pytest.mark.task("activation_grad")
@pytest.mark.hint("For leaky ReLU the slope is 1 or the argument slope, whatever x is.")
@pytest.mark.parametrize("slope", [0.01, 0.1])
def test_the_slope_of_leaky_relu(submission, slope):
    due = np.where(X > 0, 1.0, slope)
    wrong = [
        (np.where(X > 0, 1.0, slope * X), "that multiplies by x; the slope of slope * x is slope"),
        (np.where(X > 0, 1.0, 0.0), "that is ReLU; the negative side has a slope, too"),
        (np.where(X >= 0, 1.0, slope), "at 0 take the slope of the negative side"),
        (np.where(X > 0, 1.0, 0.01), "that is always 0.01; use the argument slope"),
    ]
    wrong = [(answer, why) for answer, why in wrong if not np.allclose(answer, due)]
    what = f'activation_grad("leaky_relu", {SHOWN}, {slope})'
    expect.close(submission.activation_grad("leaky_relu", X, slope), due, what, rtol=1e-4, wrong=wrong)


FUNCTIONS = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


def perceptron(*sizes, seed=0, images=4):
    """Images, their classes, and the weights of a perceptron of these sizes."""
    rng = np.random.default_rng(seed)
    params = [
        (rng.normal(size=pair), rng.normal(size=pair[1])) for pair in zip(sizes, sizes[1:], strict=False)
    ]
    return rng.normal(size=(images, sizes[0])), rng.integers(0, sizes[-1], images), params


def forward(x, params, activation, *, last=False, bias=True):
    """The sums of every layer; the switches make mistakes."""
    sums = []
    for W, b in params:
        sums.append(x @ W + (b if bias else 0))
        x = FUNCTIONS[activation](sums[-1])
    return [*sums[:-1], x] if last else sums


def check_layers(got, due, what, mistaken):
    """Every layer's sums; `mistaken` maps an explanation to all layers that it leads to."""
    assert has(got, len(due)), (
        f"{what} gave {shown(got)}, a list of {len(due)} arrays was expected: the sums z of every layer"
    )
    for number, (mine, right) in enumerate(zip(got, due, strict=True)):
        wrong = [(answer[number], why) for why, answer in mistaken.items() if len(answer) == len(due)]
        expect.close(mine, right, f"layer {number + 1} of {what}", rtol=1e-4, atol=1e-6, wrong=wrong)


def shown(got):
    if got is None:
        return "nothing"
    return f"a list of {len(got)}" if isinstance(got, list | tuple) else type(got).__name__


@pytest.mark.task("mlp_forward")
@pytest.mark.points(2)
@pytest.mark.hint("z = x @ W + b; keep z; x = f(z); next layer.")
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_two_layers_forward(submission, activation):
    x, _, params = perceptron(4, 6, 3)
    due = forward(x, params, activation)
    mistaken = {
        "there is an activation after the last layer; scores have none": forward(
            x, params, activation, last=True
        ),
        "the biases are missing": forward(x, params, activation, bias=False),
        "the sums are to be kept before the activation, not after it": [
            FUNCTIONS[activation](due[0]),
            due[1],
        ],
        "there is no activation between the layers": linear(x, params),
    }
    if activation != "relu":
        mistaken["that is always ReLU; use the activation that is asked for"] = forward(x, params, "relu")
    got = submission.mlp_forward(x, params, activation)
    check_layers(got, due, f'mlp_forward(x, params, "{activation}")', mistaken)


def linear(x, params):
    sums = []
    for W, b in params:
        x = x @ W + b
        sums.append(x)
    return sums


def loss(x, y, params, activation):
    z = forward(x, params, activation)[-1]
    z = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


def numeric(x, y, params, activation, step=1e-5):
    """The gradients of the loss by trial: a little more and a little less of every parameter."""
    grads = []
    for layer in range(len(params)):
        pair = []
        for which in (0, 1):
            work = [[W.copy(), b.copy()] for W, b in params]
            array, gradient = work[layer][which], np.empty(params[layer][which].shape)
            for entry in np.ndindex(*array.shape):
                value = array[entry]
                array[entry] = value + step
                above = loss(x, y, work, activation)
                array[entry] = value - step
                gradient[entry] = (above - loss(x, y, work, activation)) / (2 * step)
                array[entry] = value
            pair.append(gradient)
        grads.append(tuple(pair))
    return grads


def check_gradients(got, due, what, mistaken=()):
    """Every gradient, last layer first: back-propagation goes this way, and so do its mistakes."""
    assert has(got, len(due)), (
        f"{what} gave {shown(got)}, a list of {len(due)} pairs (dW, db) was expected, one for each layer"
    )
    for number in reversed(range(len(due))):
        assert has(got[number], 2), (
            f"layer {number + 1} of {what} is {shown(got[number])}, a pair (dW, db) was expected"
        )
        for place, name in ((1, "db"), (0, "dW")):
            wrong = [(answer[number][place], why) for answer, why in mistaken]
            label = f"{name} of layer {number + 1} of {what}"
            expect.close(got[number][place], due[number][place], label, rtol=1e-3, atol=1e-6, wrong=wrong)


def scaled(grads, factor):
    return [(dW * factor, db * factor) for dW, db in grads]


@pytest.mark.task("mlp_backward")
@pytest.mark.hint("delta = (softmax(scores) - Y) / N; dW = a.T @ delta; db = delta.sum(axis=0).")
def test_the_gradient_of_the_last_layer(submission):
    x, y, params = perceptron(4, 3, seed=1, images=5)
    z = forward(x, params, "relu")[-1]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    delta = (p - np.eye(3)[y]) / len(y)
    due = [(x.T @ delta, delta.sum(axis=0))]
    mistaken = [
        (scaled(due, 5), "that is the sum over the images; the loss is their mean, so divide by N"),
        (scaled(due, -1), "the sign is turned: it is softmax minus truth"),
        ([(x.T @ p / 5, p.mean(axis=0))], "the truth is missing: subtract 1 at each true class"),
        (
            [(x.T @ (z - np.eye(3)[y]) / 5, (z - np.eye(3)[y]).mean(axis=0))],
            "softmax of the scores is missing",
        ),
        (
            [(x.T @ delta, delta.mean(axis=0))],
            "the gradient of the biases is the sum of delta over the images",
        ),
        ([(x.T @ delta, delta)], "the gradient of the biases is the sum of delta over the images"),
        ([(delta.T @ x, delta.sum(axis=0))], "that is transposed: dW has the shape of W"),
    ]
    check_gradients(submission.mlp_backward(x, y, params), due, "mlp_backward of one layer", mistaken)


@pytest.mark.task("mlp_backward")
@pytest.mark.points(2)
@pytest.mark.hint("Through the weights, delta @ W.T, then times the slope at this layer's own z.")
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_two_layers_backward(submission, activation):
    x, y, params = perceptron(4, 6, 3, seed=2, images=5)
    due = numeric(x, y, params, activation)
    mistaken = [(answer, why) for why, answer in lost(x, y, params, activation).items()]
    got = submission.mlp_backward(x, y, params, activation)
    check_gradients(got, due, f'mlp_backward(x, y, params, "{activation}")', mistaken)


def lost(x, y, params, activation):
    """What typical mistakes make of two layers."""
    (_, _), (second, _) = params
    z, scores = forward(x, params, activation)
    a = FUNCTIONS[activation](z)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    delta = (p - np.eye(p.shape[1])[y]) / len(y)
    back = delta @ second.T
    slope = {"relu": (z > 0) * 1.0, "sigmoid": a * (1 - a), "tanh": 1 - a**2}[activation]
    at_a = {"relu": (a > 0) * 1.0, "sigmoid": slope_of(a), "tanh": 1 - np.tanh(a) ** 2}[activation]

    def grads(hidden, features=a):
        return [(x.T @ hidden, hidden.sum(axis=0)), (features.T @ delta, delta.sum(axis=0))]

    answers = {
        "the slope of the activation is missing on the way back": grads(back),
        "the slope is to be taken at z, before the activation": grads(back * at_a),
        "the value of the activation is not its slope": grads(back * a),
        "the last layer saw f(z), not z": grads(back * slope, z),
        "that always takes the slope of ReLU; take that of the activation": grads(back * (z > 0)),
        "the images were divided by twice": [scaled(grads(back * slope), 1 / len(y))[0], grads(back)[1]],
    }
    right = grads(back * slope)
    return {why: answer for why, answer in answers.items() if not same(answer, right)}


def slope_of(a):
    s = 1 / (1 + np.exp(-a))
    return s * (1 - s)


def same(one, other):
    return all(
        np.allclose(a, b)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.task("sgd_step")
@pytest.mark.hint("New W = W - lr * dW, and the same for b, for each pair.")
def test_a_step_goes_against_the_gradient(submission):
    _, _, params = perceptron(3, 4, 2)
    _, _, grads = perceptron(3, 4, 2, seed=5)
    due = moved(params, grads, -0.1)
    mistaken = [
        (moved(params, grads, 0.1), "that goes uphill: subtract the gradient"),
        (moved(params, grads, -1.0), "the learning rate is missing"),
        (
            [(W, old) for (W, _), (_, old) in zip(due, params, strict=True)],
            "the biases have stayed as they were",
        ),
        (
            [(old, b) for (_, b), (old, _) in zip(due, params, strict=True)],
            "the weights have stayed as they were",
        ),
        (params, "nothing has changed"),
        (scaled(grads, -0.1), "these are the steps alone; add them to the parameters"),
        (scaled(grads, 0.1), "these are the steps alone; subtract them from the parameters"),
    ]
    check_gradients(submission.sgd_step(params, grads, 0.1), due, "sgd_step(params, grads, 0.1)", mistaken)


def moved(params, grads, factor):
    return [(W + factor * dW, b + factor * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@pytest.mark.task("build_mlp")
@pytest.mark.points(2)
@pytest.mark.hint("Flatten, Dense(100, activation), Dense(10, activation='softmax').")
def test_the_network_has_one_hidden_layer_of_100_units(submission):
    expect.network(submission.build_mlp(), network("mlp"), "build_mlp()")


@pytest.mark.task("build_mlp")
@pytest.mark.hint("(3072 + 1) * 100 for the hidden layer, (100 + 1) * 10 for the classes.")
def test_the_network_has_308310_parameters(submission):
    got = submission.build_mlp()
    wrong = [
        (308200, "all biases are missing"),
        (308210, "the biases of the hidden layer are missing"),
        (308300, "the biases of the last layer are missing"),
        (1410, "that is a hidden layer on the three channels; flatten the image first"),
        (307300, "the last layer, from 100 units to 10 classes, is missing"),
        (317400, "that is 100 classes; the default is 10"),
        (30730, "that is the linear model; the hidden layer is missing"),
    ]
    expect.equal(
        getattr(got, "parameters", got), 308310, "the number of parameters of build_mlp()", wrong=wrong
    )


def has(answer, count):
    """Whether the answer is a list, tuple or array of so many entries."""
    return isinstance(answer, list | tuple | np.ndarray) and len(answer) == count
