"""Who judges: threads of this process, each with a worker process of its own, or those of a Dask cluster."""

import os
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import Any

from cnn_course.grading.batch.job import end_workers, grade_job

CONNECT_SECONDS = 20
Judge = Callable[[dict[str, Any]], dict[str, Any]]


class Team:
    """Takes jobs and gives futures; `size` of them are judged at a time."""

    def __init__(self, executor: Executor, size: int, judge: Judge = grade_job) -> None:
        self.executor, self.size, self.judge = executor, size, judge

    def submit(self, job: dict[str, Any]) -> "Future[dict[str, Any]]":
        return self.executor.submit(self.judge, job)

    def each_place(self, function: Callable[[], Any]) -> list[Any]:
        """What the function returns, on every machine once."""
        return [function()]

    def stop(self, flying: Collection["Future[Any]"]) -> None:
        """End everything now; none of these will have a result."""
        for future in flying:
            future.cancel()
        while True:  # a worker may just have been starting
            end_workers(now=True)
            if not wait(flying, timeout=0.2).not_done:
                return

    def close(self) -> None:
        end_workers()
        self.executor.shutdown()


class Cluster(Team):
    """The workers of a Dask cluster, which may be anywhere."""

    def __init__(self, client: Any) -> None:
        executor, size = client.get_executor(pure=False, retries=0), sum(client.nthreads().values())
        super().__init__(executor, size)
        self.client = client

    def each_place(self, function: Callable[[], Any]) -> list[Any]:
        return list(self.client.run(function).values())

    def stop(self, flying: Collection["Future[Any]"]) -> None:
        for future in flying:
            future.cancel()
        self.client.run(end_workers, now=True)

    def close(self) -> None:
        self.client.run(end_workers)
        self.client.close()


def local(size: int) -> Team:
    """That many threads of this process. ValueError if that is none."""
    if size < 1:
        raise ValueError(f"--workers is {size}; at least one must work")
    return Team(ThreadPoolExecutor(size), size)


def usual_size(memory: int) -> int:
    """A worker for each core, but no more than the machine has memory for, if each box takes its limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        room = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // memory
    except (AttributeError, OSError, ValueError):  # not every system says
        return cores
    return max(1, min(cores, room))


def cluster(address: str) -> Team:
    """The workers of the Dask cluster whose scheduler is there. RuntimeError if there are none."""
    try:
        from distributed import Client
    except ImportError:
        raise RuntimeError("--dask needs Dask: pip install 'cnn-course[dask]'") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as problem:
        raise RuntimeError(f"no Dask scheduler answers at {address}: {problem}") from None
    if not client.nthreads():
        client.close()
        raise RuntimeError(f"the Dask cluster at {address} has no workers")
    return Cluster(client)
