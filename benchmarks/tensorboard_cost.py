"""What default logging costs: the share of an epoch that goes into TensorBoard's files and the run's own.

    python benchmarks/tensorboard_cost.py course_cnn --epochs 4
    python benchmarks/tensorboard_cost.py resnet20

One ordinary training on random images, as many as CIFAR-10 has; only the clock is added, around the
callbacks that write. "training" is everything else in an epoch: steps, augmentation, validation.
The exit status is 1 if TensorBoard takes more than 5 % of the median epoch.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable

import cnn_course  # noqa: F401  first: it keeps TensorFlow quiet

# isort: split
import keras
import numpy as np

from cnn_course.data import Dataset, Split
from cnn_course.models import build
from cnn_course.training import Recipe, train
from cnn_course.training.board import Board
from cnn_course.training.keeper import Keeper

AT_MOST = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--images", type=int, default=45_000, help="training images; a ninth for validation")
    parser.add_argument("--epochs", type=int, default=2)
    args = parser.parse_args()
    clock = Clock()
    for callback in (Board, Keeper):
        for method in ("on_train_begin", "on_epoch_end"):
            setattr(callback, method, clock.around(getattr(callback, method), callback.__name__))
    recipe = Recipe(epochs=args.epochs, optimizer="sgd", learning_rate=0.01)
    with tempfile.TemporaryDirectory() as logs:
        train(
            build(args.model, input_shape=(32, 32, 3), classes=10),
            made_up_data(args.images),
            recipe,
            logs=logs,
            callbacks=[clock],
            verbose=0,
        )
    report(args, clock)


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch, and within them of each callback; epoch 0 is what comes before the first."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.began: list[float] = []
        self.seconds: dict[tuple[str, int], float] = defaultdict(float)

    def around(self, method: Callable[..., None], name: str) -> Callable[..., None]:
        def timed(*arguments):
            began = time.perf_counter()
            method(*arguments)
            self.seconds[name, self.epoch] += time.perf_counter() - began

        return timed

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1
        self.began.append(time.perf_counter())

    def on_train_end(self, logs=None):
        self.began.append(time.perf_counter())


def made_up_data(images: int) -> Dataset:
    rng = np.random.default_rng(0)

    def split(n: int) -> Split:
        return Split(rng.integers(0, 256, (n, 32, 32, 3), "uint8"), rng.integers(0, 10, n))

    names = tuple(f"class{i}" for i in range(10))
    return Dataset("random", split(images), split(images // 9), names, "random", lambda: split(10))


def report(args: argparse.Namespace, clock: Clock) -> None:
    print(f"{args.model}, {args.images:,} training images, {args.images // 9:,} for validation")
    print(f"before the first epoch (graph, settings): TensorBoard {clock.seconds['Board', 0]:.2f} s")
    print("epoch  training s  TensorBoard s  saving s  TensorBoard's share")
    shares = []
    for epoch in range(1, args.epochs + 1):
        whole = clock.began[epoch] - clock.began[epoch - 1]
        board, keeper = clock.seconds["Board", epoch], clock.seconds["Keeper", epoch]
        shares.append(board / whole)
        print(f"{epoch:5} {whole - board - keeper:11.2f} {board:14.2f} {keeper:9.2f} {shares[-1]:20.1%}")
    share = statistics.median(shares)
    print(f"median share {share:.1%}: {'at most' if share <= AT_MOST else 'MORE THAN'} {AT_MOST:.0%}")
    sys.exit(share > AT_MOST)


if __name__ == "__main__":
    main()
