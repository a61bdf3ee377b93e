"""Download CIFAR into the cache that Keras uses, so that it is downloaded once for both.

Keras does the downloading. Around it: a probe that gives up after 6 seconds (a name server that does not
answer, or a network that swallows packets, would otherwise hold the user for minutes), a time limit on
silence, and a file name of our own until the checksum has been compared, so that a process that is killed,
or two that run at once, never leave a half file under the name that readers trust.
"""

import http.client
import logging
import os
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn_course.data.archives import damage, hexdigest
from cnn_course.data.official import LAYOUTS, Layout
from cnn_course.data.sources import cache_folders

PROBE_SECONDS = 6.0
SILENCE_SECONDS = 30.0


def fetch(name: str) -> Path:
    """The archive of "cifar10" or "cifar100" in Keras's cache; downloaded if it is not there in good order.

    Keras shows its progress bar. RuntimeError if network or download fail, ValueError for another name.
    """
    if name not in LAYOUTS:
        raise ValueError(f"{name!r} cannot be downloaded: choose {' or '.join(LAYOUTS)}")
    layout = LAYOUTS[name][0]
    for path in (folder / archive for folder in cache_folders() for archive in layout.archives):
        if path.is_file():
            content = path.read_bytes()
            if hexdigest(content, layout.archive_hash) == layout.archive_hash:
                return path
            state = damage(len(content), layout)
            logging.getLogger(__name__).warning("%s is %s; downloading it again", path, state)
    url = layout.origin + layout.archive
    obstacle = unreachable(url)
    if obstacle:
        raise RuntimeError(f"{url}: {obstacle}")
    return _download(url, layout)


def unreachable(url: str) -> str:
    """Why `url` can't be downloaded now, in words; "" if its server, or the proxy before it, answers."""
    host = urllib.parse.urlsplit(url).hostname
    failure = [f"no answer from {host} within {PROBE_SECONDS:.0f} seconds"]

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")
        try:
            urllib.request.build_opener().open(request, timeout=PROBE_SECONDS).close()
            failure[0] = ""
        except urllib.error.HTTPError as refusal:
            refusal.close()
            failure[0] = f"{host} answers {refusal.code} {refusal.reason}"
        except (OSError, http.client.HTTPException) as error:
            failure[0] = f"cannot connect to {host}: {getattr(error, 'reason', error)}"

    # In a thread, because looking up a name knows no time limit; a daemon, so that it holds up nobody.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return failure[0]


def _download(url: str, layout: Layout) -> Path:
    from keras.utils import get_file

    home = cache_folders()[0].parent
    home.mkdir(parents=True, exist_ok=True)
    part = f"{layout.archives[1]}.part{os.getpid()}"
    try:
        with _silence_limit(SILENCE_SECONDS):
            path = Path(get_file(part, url, file_hash=layout.archive_hash, cache_dir=str(home)))
    except Exception as error:  # what get_file raises for a failed download is a bare Exception
        for folder in cache_folders():
            (folder / part).unlink(missing_ok=True)
        raise RuntimeError(f"{url}: {str(error) or type(error).__name__}") from None
    return path.replace(path.with_name(layout.archives[1]))


@contextmanager
def _silence_limit(seconds: float) -> Iterator[None]:
    """Give up on sockets that say nothing for so long: urlretrieve has no argument for that."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
