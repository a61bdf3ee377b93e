"""Images per second of `train`, beside the bare Keras step and a PyTorch loop, in rounds that take turns.

    python benchmarks/throughput.py resnet20              # ratios to the bare step
    python benchmarks/throughput.py resnet20 --torch      # also PyTorch (pip install torch)
    python benchmarks/throughput.py course_cnn

Every variant is a process of its own that waits while another one computes. `bare` repeats the compiled
Keras train step on one batch that never changes: no data, no augmentation, no logging. `train` is this
course's whole training: flip and crop, all default logging, everything that happens in an epoch but the
validation pass. `torch` is a plain PyTorch loop, channels last, with flip and crop on whole batches.
Ratios are taken round by round, so that a machine that slows down slows all of them.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

import cnn_course  # noqa: F401 (first: it keeps TensorFlow quiet)

BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=("resnet20", "course_cnn"))
    parser.add_argument("--images", type=int, default=12_800, help="images of an epoch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", action="store_true")
    parser.add_argument("--worker", choices=tuple(WORKERS), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        WORKERS[args.worker](args.model, args.images, args.rounds + 1)
        return
    report(measure(args, ["bare", "train", *(["torch"] if args.torch else [])]))


def measure(args: argparse.Namespace, variants: list[str]) -> dict[str, list[float]]:
    """Images per second of each variant, round by round; a first round warms up and is not counted."""
    command = [
        sys.executable,
        __file__,
        args.model,
        "--images",
        str(args.images),
        "--rounds",
        str(args.rounds),
    ]
    workers = {
        v: subprocess.Popen(
            [*command, "--worker", v], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for v in variants
    }
    speeds: dict[str, list[float]] = {variant: [] for variant in variants}
    for worker in workers.values():
        expect(worker, "ready")
    for number in range(args.rounds + 1):
        for variant, worker in workers.items():
            print("go", file=worker.stdin, flush=True)
            seconds = float(expect(worker, "seconds").split()[1])
            if number:
                speeds[variant].append(args.images / seconds)
    for worker in workers.values():
        worker.communicate(timeout=120)
    return speeds


def expect(worker: subprocess.Popen, word: str) -> str:
    """The worker's next line that starts with `word`."""
    for line in worker.stdout:
        if line.startswith(word):
            return line
    raise SystemExit(f"a worker ended early (status {worker.wait()})")


def report(speeds: dict[str, list[float]]) -> None:
    for variant, values in speeds.items():
        ratios = [value / bare for value, bare in zip(values, speeds["bare"], strict=True)]
        print(
            f"{variant:6} {statistics.median(values):8.0f} images/s   "
            f"{statistics.median(ratios):.3f} of bare ({min(ratios):.3f} to {max(ratios):.3f})"
        )
    if "torch" in speeds:
        ratios = [ours / theirs for ours, theirs in zip(speeds["train"], speeds["torch"], strict=True)]
        print(f"train / torch: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


def wait_for_go() -> float:
    if not sys.stdin.readline():
        raise SystemExit  # the parent has what it wants
    return time.perf_counter()


def made_up_data(images: int):
    import numpy as np

    from cnn_course.data import Dataset, Split

    rng = np.random.default_rng(0)

    def split(n: int) -> Split:
        return Split(rng.integers(0, 256, (n, 32, 32, 3), "uint8"), rng.integers(0, 10, n))

    names = tuple(f"class{i}" for i in range(10))
    return Dataset("random", split(images), split(1000), names, "random", lambda: split(10))


def bare(model_name: str, images: int, rounds: int) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    from cnn_course.models import build

    model = build(model_name, classes=10)
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    batch = tf.random.normal((BATCH, 32, 32, 3)), tf.constant(np.random.default_rng(0).integers(0, 10, BATCH))
    step = tf.function(lambda: model.train_step(batch))
    step()
    print("ready", flush=True)
    for _ in range(rounds):
        began = wait_for_go()
        for _ in range(images // BATCH):
            step()
        print("seconds", time.perf_counter() - began, flush=True)


def train(model_name: str, images: int, rounds: int) -> None:
    import keras

    from cnn_course.models import build
    from cnn_course.training import Recipe
    from cnn_course.training import train as train_network

    class Turns(keras.callbacks.Callback):
        """Waits before each epoch; the time of an epoch ends when the next one begins."""

        def on_epoch_begin(self, epoch, logs=None):
            if epoch:
                print("seconds", time.perf_counter() - self.began - self.validating, flush=True)
            self.began, self.validating = wait_for_go(), 0.0

        def on_test_begin(self, logs=None):
            self.validation_began = time.perf_counter()

        def on_test_end(self, logs=None):
            self.validating += time.perf_counter() - self.validation_began

    data = made_up_data(images)
    recipe = Recipe(epochs=rounds + 1, optimizer="sgd", learning_rate=0.01)
    print("ready", flush=True)
    with tempfile.TemporaryDirectory() as logs:
        model = build(model_name, classes=10)
        train_network(
            model, data, recipe, logs=logs, callbacks=[Turns()], verbose=0, report=lambda text: None
        )


def torch_loop(model_name: str, images: int, rounds: int) -> None:
    import torch
    from torch.nn import functional

    torch.manual_seed(0)
    model = torch_model(model_name).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    pictures = torch.randint(0, 256, (images, 3, 32, 32), dtype=torch.uint8)
    labels = torch.randint(0, 10, (images,))
    mean, deviation = torch.tensor(125.0), torch.tensor(62.0)

    def augmented(x):
        x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)
        windows = functional.pad(x, (4, 4, 4, 4)).unfold(2, 32, 1).unfold(3, 32, 1)
        top, left = torch.randint(0, 9, (2, len(x)))
        x = windows[torch.arange(len(x)), :, top, left]
        return ((x.float() - mean) / deviation).contiguous(memory_format=torch.channels_last)

    def epoch():
        order = torch.randperm(images)
        for start in range(0, images - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            optimizer.zero_grad()
            outputs = model(augmented(pictures[chosen]))
            functional.cross_entropy(outputs, labels[chosen]).backward()
            optimizer.step()

    print("ready", flush=True)
    for _ in range(rounds):
        began = wait_for_go()
        epoch()
        print("seconds", time.perf_counter() - began, flush=True)


def torch_model(name: str):
    """ResNet-20 with zero-padded shortcuts, or the course CNN, as PyTorch users write them."""
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self, before: int, filters: int, strides: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(before, filters, 3, strides, 1, bias=False)
            self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(filters), nn.BatchNorm2d(filters)
            self.strides, self.pad = strides, (filters - before) // 2

        def forward(self, x):
            y = functional.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            if self.pad:
                x = functional.pad(
                    x[:, :, :: self.strides, :: self.strides], (0, 0, 0, 0, self.pad, self.pad)
                )
            return functional.relu(x + y)

    if name == "course_cnn":
        parts = [
            nn.Conv2d(3, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        return nn.Sequential(*parts, nn.Conv2d(32, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
    parts, before = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(3):
            parts.append(Block(before, filters, 2 if stage and not block else 1))
            before = filters
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


WORKERS = {"bare": bare, "train": train, "torch": torch_loop}

if __name__ == "__main__":
    main()
