"""How long it takes to explain a network, as a multiple of the time to build it.

    python benchmarks/explain.py                 # resnet152
    python benchmarks/explain.py vgg16 resnet110

Each network is built and explained in turns; the ratio is that of the medians. Building includes the random
start weights.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import cnn_course  # noqa: F401 (first: it keeps TensorFlow quiet)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=["resnet152"])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    import keras

    from cnn_course.analysis.explain import explain
    from cnn_course.models import build

    for name in args.models:
        building, explaining = [], []
        for _ in range(args.rounds):
            model, seconds = timed(lambda name=name: build(name))
            building.append(seconds)
            text, seconds = timed(lambda model=model: explain(model).as_text())
            explaining.append(seconds)
            keras.utils.clear_session()
        build_time, explain_time = statistics.median(building), statistics.median(explaining)
        print(
            f"{name}: built in {build_time:.2f} s, explained in {explain_time:.3f} s "
            f"({len(text.splitlines())} lines): {explain_time / build_time:.3f} of the time"
        )


def timed(work: Callable):
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    main()
