"""Downloads: from a server on this machine, and from networks that do not answer."""

import hashlib
import http.server
import logging
import os
import socket
import tarfile
import threading
import time
from dataclasses import replace

import pytest

from cnn_course.data import fetch, load
from cnn_course.data.official import LAYOUTS

KERAS_NAME = "cifar-10-batches-py-target_archive"


class Server:
    """Serves `content`; `dies_after` bytes, if that is set. Counts the requests."""

    def __init__(self, content):
        self.content, self.dies_after, self.requests, self.missing = content, None, 0, False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send_response(404 if outer.missing else 200)
                self.end_headers()

            def do_GET(self):
                outer.requests += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.content)))
                self.end_headers()
                self.wfile.write(outer.content[: outer.dies_after])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    for variable in (
        "CNN_COURSE_DATA",
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def server(tmp_path, tiny_cifar10_dir, monkeypatch, cache):
    """A server that has an archive with made-up files, which passes for the official one."""
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.add(tiny_cifar10_dir / "cifar-10-batches-py", "cifar-10-batches-py")
    content = (tmp_path / "a.tar.gz").read_bytes()
    serving = Server(content)
    layout = replace(
        LAYOUTS["cifar10"][0],
        archive_hash=hashlib.sha256(content).hexdigest(),
        archive_bytes=len(content),
        origin=serving.address,
    )
    monkeypatch.setitem(LAYOUTS, "cifar10", (layout,))
    yield serving
    serving.close()


def test_what_is_downloaded_lies_where_keras_looks_for_it_and_is_not_downloaded_again(server, cache):
    data = load("cifar10")
    assert data.source == f"CIFAR-10, official python archive in {cache / KERAS_NAME} (checksums match)"
    assert [path.name for path in cache.iterdir()] == [KERAS_NAME]
    assert (cache / KERAS_NAME).read_bytes() == server.content
    assert load("cifar10").digest == data.digest
    assert fetch.fetch("cifar10") == cache / KERAS_NAME
    assert server.requests == 1


def test_a_download_that_dies_half_way_leaves_nothing_and_the_next_one_works(server, cache):
    server.dies_after = len(server.content) // 2
    with pytest.raises(FileNotFoundError, match="retrieval incomplete") as error:
        load("cifar10")
    assert server.address in str(error.value)
    assert list(cache.iterdir()) == []
    server.dies_after = None
    assert len(load("cifar10").train) == 90


def test_a_download_with_another_content_is_refused(server, cache):
    server.content = b"a login page of the hotel"
    with pytest.raises(RuntimeError, match="(?i)incomplete or corrupted"):
        fetch.fetch("cifar10")
    assert list(cache.iterdir()) == []


def test_half_a_file_in_the_cache_is_reported_and_downloaded_again(server, cache, caplog):
    cache.mkdir(parents=True)
    (cache / KERAS_NAME).write_bytes(server.content[:100_000])  # as a process leaves it that is killed
    with caplog.at_level(logging.WARNING):
        assert len(load("cifar10").train) == 90
    whole = len(server.content) / 1e6
    assert f"incomplete or damaged: 0.1 of {whole:.1f} MB; downloading it again" in caplog.text
    assert (cache / KERAS_NAME).read_bytes() == server.content


def test_two_downloads_at_once_do_not_write_into_the_same_file(server, cache, monkeypatch):
    (cache).mkdir(parents=True)
    other = cache / f"{KERAS_NAME}.part{os.getpid() + 1}"
    other.write_bytes(b"half of what another process downloads")
    fetch.fetch("cifar10")
    assert other.read_bytes() == b"half of what another process downloads"


def test_the_time_limit_of_sockets_is_put_back(server, monkeypatch):
    socket.setdefaulttimeout(77)
    try:
        fetch.fetch("cifar10")
        assert socket.getdefaulttimeout() == 77
        server.content = b""
        monkeypatch.setenv("KERAS_HOME", str(fetch.cache_folders()[0].parent.with_name("other")))
        with pytest.raises(RuntimeError):
            fetch.fetch("cifar10")
        assert socket.getdefaulttimeout() == 77
    finally:
        socket.setdefaulttimeout(None)


def test_a_network_that_swallows_packets_holds_nobody_for_long(cache, monkeypatch):
    released = threading.Event()

    def waits(*_, **__):
        released.wait(60)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", waits)
    monkeypatch.setattr(fetch, "PROBE_SECONDS", 0.3)
    start = time.monotonic()
    with pytest.raises(FileNotFoundError) as error:
        load("cifar10")
    released.set()
    assert time.monotonic() - start < 3
    assert "no answer from www.cs.toronto.edu within" in str(error.value)
    assert "--data digits" in str(error.value)


def test_the_probe_gives_up_well_before_fifteen_seconds():
    assert fetch.PROBE_SECONDS < 10


def test_a_name_that_is_not_known_is_told_at_once(cache, monkeypatch):
    def fails(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", fails)
    with pytest.raises(FileNotFoundError, match="cannot connect to www.cs.toronto.edu: .*not known"):
        load("cifar100")


def test_a_port_that_nobody_listens_on_is_told_at_once(cache):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot connect to 127.0.0.1" in fetch.unreachable(f"http://127.0.0.1:{port}/x")


def test_a_server_that_takes_the_call_and_says_nothing_holds_nobody_for_long(cache, monkeypatch):
    monkeypatch.setattr(fetch, "PROBE_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        reason = fetch.unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}/x")
    assert time.monotonic() - start < 2
    assert reason.startswith(("no answer from 127.0.0.1", "cannot connect to 127.0.0.1: timed out"))


def test_a_server_that_has_no_such_file_is_quoted(server):
    server.missing = True
    assert fetch.unreachable(server.address + "x") == "127.0.0.1 answers 404 Not Found"


def test_with_a_proxy_it_is_the_proxy_that_is_asked(cache, monkeypatch, server):
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("no_proxy", "")
    assert fetch.unreachable("http://nowhere.invalid/x") == ""
    monkeypatch.setenv("no_proxy", "nowhere.invalid")
    assert fetch.unreachable("http://nowhere.invalid/x").startswith("cannot connect to nowhere.invalid")


def test_without_leave_to_download_nobody_is_asked(cache, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("asked the network"))
    with pytest.raises(FileNotFoundError, match="download=False"):
        load("cifar10", download=False)


def test_only_cifar_can_be_fetched():
    with pytest.raises(ValueError, match="'digits' cannot be downloaded: choose cifar10 or cifar100"):
        fetch.fetch("digits")
