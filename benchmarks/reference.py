"""The NumPy convolution beside TensorFlow's and beside its own loops, in rounds that take turns.

    python benchmarks/reference.py               # as many threads as there are cores
    python benchmarks/reference.py --threads 1   # for a busy machine: threads that wait for each other suffer

Forward and backward of 3x3 convolutions with "same" padding in float32, on the same processor cores, with the
same number of threads. Backward means the gradients of images, kernel and bias. Ratios of wall time are taken
round by round, so that a machine that slows down slows both; processor time (of all threads) is beside them.
The loops compute one image and are counted for all. Last, the memory that each pass takes beyond its
arguments for a large batch.
"""

import argparse
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

import cnn_course  # noqa: F401 (first: it keeps TensorFlow quiet)
from cnn_course import reference

CASES = [((64, 32, 32, 3), 32), ((64, 16, 16, 64), 64)]
LARGE = ((256, 32, 32, 64), 64)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != str(args.threads):  # it is read when NumPy is imported
        os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    set_tensorflow_threads(args.threads)
    for shape, filters in CASES:
        x, kernel, bias, dy = arrays(shape, filters)
        print(f"{shape} x {filters} 3x3 filters")
        tf_forward, tf_backward = tensorflow_passes(x, kernel, bias, dy)
        one = x[:1], dy[:1]
        compare(
            "forward",
            lambda x=x, k=kernel, b=bias: reference.conv2d(x, k, b, padding="same"),
            tf_forward,
            lambda one=one, k=kernel, b=bias: reference.conv2d_loops(one[0], k, b, padding="same"),
            shape[0],
            args.rounds,
        )
        compare(
            "backward",
            lambda x=x, k=kernel, dy=dy: reference.conv2d_backward(dy, x, k, padding="same"),
            tf_backward,
            lambda one=one, k=kernel: reference.conv2d_loops_backward(one[1], one[0], k, padding="same"),
            shape[0],
            args.rounds,
        )
    memory(*LARGE)


def set_tensorflow_threads(threads: int) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)


def arrays(shape: tuple[int, int, int, int], filters: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    shapes = shape, (3, 3, shape[3], filters), (filters,), (*shape[:3], filters)
    return tuple(rng.standard_normal(s, "float32") for s in shapes)


def tensorflow_passes(x, kernel, bias, dy) -> tuple[Callable[[], None], Callable[[], None]]:
    """TensorFlow's forward and backward pass as compiled functions (on a processor they return when done)."""
    import tensorflow as tf

    x, kernel, bias, dy = map(tf.constant, (x, kernel, bias, dy))

    @tf.function
    def forward(x, kernel, bias):
        return tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias)

    @tf.function
    def backward(x, kernel, dy):
        sizes = {"strides": [1, 1, 1, 1], "padding": "SAME"}
        dx = tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(x), filter=kernel, out_backprop=dy, **sizes)
        dkernel = tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=tf.shape(kernel), out_backprop=dy, **sizes
        )
        return dx, dkernel, tf.reduce_sum(dy, (0, 1, 2))

    return (lambda: forward(x, kernel, bias), lambda: backward(x, kernel, dy))


def compare(name: str, ours, tensorflow, loops, images: int, rounds: int) -> None:
    """Print the medians of `ours` and `tensorflow`, which take turns, and of the loops, for all images."""
    seconds: dict[str, list[tuple[float, float]]] = {"ours": [], "tensorflow": []}
    for function in (ours, tensorflow, ours, tensorflow):
        function()  # warm up
    for _ in range(rounds):
        for variant, function in (("ours", ours), ("tensorflow", tensorflow)):
            seconds[variant].append(timed(function))
    slow = [timed(loops)[0] * images for _ in range(3)]
    ratios = [a / b for (a, _), (b, _) in zip(seconds["ours"], seconds["tensorflow"], strict=True)]
    wall, cpu = ({v: statistics.median(times[i] for times in seconds[v]) for v in seconds} for i in (0, 1))
    print(
        f"  {name:8}  NumPy {wall['ours'] * 1e3:6.1f} ms (processor {cpu['ours'] * 1e3:6.1f})   "
        f"TensorFlow {wall['tensorflow'] * 1e3:6.1f} ms (processor {cpu['tensorflow'] * 1e3:6.1f})   "
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})   "
        f"loops {statistics.median(slow) / wall['ours']:,.0f} times as long"
    )


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor time of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


def memory(shape: tuple[int, int, int, int], filters: int) -> None:
    x, kernel, bias, dy = arrays(shape, filters)
    passes = {
        "forward": lambda: reference.conv2d(x, kernel, bias, padding="same"),
        "backward": lambda: reference.conv2d_backward(dy, x, kernel, padding="same"),
        "im2col of all images": lambda: reference.im2col(x, 3, padding="same"),
    }
    print(f"{shape} x {filters} 3x3 filters: the images take {x.nbytes / 2**20:.0f} MiB")
    for name, function in passes.items():
        tracemalloc.start()
        function()
        print(f"  {name}: {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB more")
        tracemalloc.stop()


if __name__ == "__main__":
    main()
