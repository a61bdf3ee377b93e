"""Stop a block of Python that takes too long, without another process."""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.5  # seconds after which code that caught the first TimeUp hears another one


class TimeUp(BaseException):
    """The block has used up its time. No Exception, so that `except Exception` lets it pass."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside the block once it has taken so long.

    In the main thread of a Unix process an alarm does it, which ends `time.sleep` too. Elsewhere a second
    thread does, and a call into C first comes to its end.
    """
    main = threading.current_thread() is threading.main_thread()
    with _alarm(seconds) if main and hasattr(signal, "setitimer") else _watch(seconds):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    running = True

    def ring(*_: Any) -> None:
        if running:
            raise TimeUp

    handler = signal.signal(signal.SIGALRM, ring)
    due, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            running = False
    finally:
        if due:  # somebody else's alarm, such as that of pytest-timeout
            due = max(due - (time.monotonic() - began), 0.001)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, due, interval)


@contextmanager
def _watch(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    done, lock = threading.Event(), threading.Lock()

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            with lock:
                if not done.is_set():
                    raise_in(thread, ctypes.py_object(TimeUp))
            wait = AGAIN

    threading.Thread(target=watch, daemon=True).start()
    try:
        try:
            yield
        finally:
            done.set()
    finally:
        with lock:
            done.set()
            raise_in(thread, None)  # what was on its way has nothing left to stop
