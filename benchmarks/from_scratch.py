"""The course CNN in NumPy and in Keras: the same start, the same batches, step for step.

    python benchmarks/from_scratch.py --data-dir DIR     # CIFAR-10
    python benchmarks/from_scratch.py --data shapes --float64

Rounding alone drives two trainings apart, more with every step; in float64 it takes them longer.
Prints the loss of both every few steps, the largest difference so far, the accuracy that the NumPy network
reaches on validation images, and how long its steps take beside Keras's.
"""

import argparse
import time

import cnn_course  # noqa: F401 (first: it keeps TensorFlow quiet)

BATCH, RATE = 64, 0.01


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--data-dir")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--float64", action="store_true", help="compute both in double precision")
    args = parser.parse_args()

    import keras
    import numpy as np

    from cnn_course import reference
    from cnn_course.data import load
    from cnn_course.data.pipeline import standardize
    from cnn_course.models import course_cnn

    precision = "float64" if args.float64 else "float32"
    data = load(args.data, data_dir=args.data_dir)
    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    keras.config.set_floatx(precision)  # of batches and losses too
    keras.config.set_dtype_policy(precision)
    # A copy, because the builder's softmax is float32 under any policy.
    model = keras.models.clone_model(
        course_cnn(classes=len(data.classes)),
        clone_function=lambda layer: layer.__class__.from_config({**layer.get_config(), "dtype": precision}),
    )
    model.compile(keras.optimizers.SGD(RATE, momentum=0.9), "sparse_categorical_crossentropy")
    network = reference.course_cnn(rng, classes=len(data.classes))
    network.weights, velocities = model.get_weights(), None
    furthest, spent = 0.0, {"numpy": 0.0, "keras": 0.0}
    for step in range(1, args.steps + 1):
        chosen = rng.integers(0, len(data.train), BATCH)
        x = standardize(data.train.images[chosen], data.mean, data.std).astype(precision)
        labels = data.train.labels[chosen]
        began = time.perf_counter()
        loss, gradients = network.loss_and_gradients(x, labels)
        network.weights, velocities = reference.momentum_sgd(
            network.weights, gradients, velocities, learning_rate=RATE
        )
        between = time.perf_counter()
        theirs = float(model.train_on_batch(x, labels))
        if step > 1:  # Keras compiles during its first step
            spent["numpy"] += between - began
            spent["keras"] += time.perf_counter() - between
        furthest = max(furthest, abs(loss - theirs))
        if step in (1, 10) or step % 50 == 0:
            print(f"step {step:4}  NumPy {loss:.6f}  Keras {theirs:.6f}  largest difference {furthest:.1e}")
    images, labels = data.validation.images[:1000], data.validation.labels[:1000]
    probabilities = network.predict(standardize(images, data.mean, data.std))
    print(f"validation accuracy of the NumPy network: {(probabilities.argmax(axis=1) == labels).mean():.1%}")
    print(f"a step takes {spent['numpy'] / spent['keras']:.1f} times as long as Keras's train_on_batch")


if __name__ == "__main__":
    main()
