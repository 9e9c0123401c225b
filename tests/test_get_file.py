"""get_file against a server that is slow, cut off, out of date, or does not know the protocol."""

import hashlib
import http.server
import os
import re
import threading

import pytest
from fastnn.utils import _download, files, get_file

DATA = bytes(range(256)) * 1200  # 307,200 bytes: several chunks
SHA = hashlib.sha256(DATA).hexdigest()
MD5 = hashlib.md5(DATA).hexdigest()
OTHER = "0" * 64
HALF = 150_000


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves DATA; `server.behaviour` says how badly, `server.asked` what was asked for."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        behave = server.behaviour.pop(0) if len(server.behaviour) > 1 else server.behaviour[0]
        if isinstance(behave, int):
            self.send_error(behave)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        if behave == "no ranges":
            start, asked = 0, None
        if start >= len(DATA):
            self.send_error(416)
            return
        if behave == "elsewhere" and asked:
            start = 7
        body = DATA[start:]
        self.send_response(206 if asked else 200)
        if asked and behave != "silent":
            self.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        if behave != "no length":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behave == "hangs":
            self.wfile.write(body[:10])
            server.hanging.wait(10)
        else:
            self.wfile.write(body[:HALF] if behave == "cut" else body)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(_download, "PAUSE", 0.001)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.behaviour, server.hanging = [], ["well"], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/files/data.bin?version=2"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.hanging.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fetch(server, tmp_path):
    def fetch(*behaviour, **arguments):
        server.asked.clear()
        server.behaviour[:] = behaviour or ["well"]
        return get_file(**{"origin": server.url, "cache_dir": tmp_path} | arguments)

    return fetch


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def content(path):
    with open(path, "rb") as file:
        return file.read()


# What goes well


def test_a_download(fetch, server, folder, capsys):
    path = fetch(file_hash=SHA)
    assert path == str(folder / "data.bin") and content(path) == DATA
    assert left(folder) == ["data.bin"]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Downloading data.bin from {server.url}"
    assert said[1].startswith("308/308 - 0s") and len(said) == 2
    fetch(file_hash=SHA)
    assert server.asked == []  # it is there
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"file_hash": MD5},
        {"file_hash": SHA.upper()},
        {"file_hash": MD5, "hash_algorithm": "md5"},
    ],
)
def test_sums_of_any_kind(fetch, arguments):
    assert content(fetch(**arguments)) == DATA


def test_names_and_folders(fetch, tmp_path, monkeypatch):
    assert fetch(fname="a.bin") == str(tmp_path / "datasets/a.bin")
    assert fetch(cache_subdir="x/y") == str(tmp_path / "x/y/data.bin")
    assert fetch(cache_subdir=str(tmp_path / "z")) == str(tmp_path / "z/data.bin")
    monkeypatch.setenv("FASTNN_HOME", str(tmp_path / "home"))
    assert fetch(cache_dir=None) == str(tmp_path / "home/datasets/data.bin")


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTNN_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.cache_folder() == str(tmp_path / ".cache/fastnn")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert files.cache_folder() == str(tmp_path / "x/fastnn")
    monkeypatch.setenv("FASTNN_HOME", "~/here")
    assert files.cache_folder() == str(tmp_path / "here")


def test_a_local_file(tmp_path):
    source = tmp_path / "source.bin"
    source.write_bytes(DATA)
    arguments = {"origin": source.as_uri(), "cache_dir": tmp_path, "file_hash": SHA}
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets/source.bin.part").write_bytes(b"whatever")
    assert content(get_file(**arguments)) == DATA
    source.unlink()
    assert content(get_file(**arguments)) == DATA
    with pytest.raises(ConnectionError, match=r"get_file: file:.* could not be downloaded"):
        get_file(**arguments, force_download=True)


def test_a_server_that_tells_no_length(fetch):
    assert content(fetch("no length", file_hash=SHA)) == DATA


def test_a_changed_or_broken_file_is_downloaded_anew(fetch, server, folder):
    (folder / "data.bin").write_bytes(DATA[:-1])
    assert content(fetch()) == DATA[:-1]  # nobody can tell
    assert content(fetch(file_hash=SHA)) == DATA
    assert content(fetch(force_download=True)) == DATA and server.asked == [None]


# Cut connections


def test_a_cut_connection_is_taken_up_again(fetch, server, folder):
    assert content(fetch("cut", "cut", "well", file_hash=SHA)) == DATA
    assert server.asked == [None, f"bytes={HALF}-", f"bytes={2 * HALF}-"]
    assert left(folder) == ["data.bin"]


def test_a_later_call_goes_on(fetch, server, folder):
    with pytest.raises(ConnectionError, match=r"503.*150,000 bytes are kept in .*data.bin\.part"):
        fetch("cut", 503, file_hash=SHA)
    assert server.asked == [None] + 3 * [f"bytes={HALF}-"]
    assert left(folder) == ["data.bin.part"]
    assert content(fetch(file_hash=SHA)) == DATA
    assert server.asked == [f"bytes={HALF}-"]
    assert left(folder) == ["data.bin"]


def test_without_a_sum_a_later_call_begins_anew(fetch, server, folder):
    with pytest.raises(ConnectionError, match="call again"):
        fetch("cut", 503)
    assert left(folder) == []
    (folder / "data.bin.part").write_bytes(b"old")
    assert content(fetch()) == DATA
    assert server.asked == [None]


@pytest.mark.parametrize("behaviour", ["no ranges", "elsewhere", "silent"])
def test_servers_that_cannot_resume(fetch, server, folder, behaviour):
    (folder / "data.bin.part").write_bytes(DATA[:1000])
    assert content(fetch(behaviour, file_hash=SHA)) == DATA
    assert server.asked[0] == "bytes=1000-"


@pytest.mark.parametrize("extra", [b"", b"more"])
def test_a_part_that_is_too_long_is_dropped(fetch, server, folder, extra):
    (folder / "data.bin.part").write_bytes(DATA + extra)
    assert content(fetch(file_hash=SHA)) == DATA
    assert server.asked == [f"bytes={len(DATA + extra)}-", None]  # 416, then all of it


def test_a_server_that_hangs(fetch, server, folder, monkeypatch):
    monkeypatch.setattr(_download, "TIMEOUT", 0.05)
    monkeypatch.setattr(_download, "RETRIES", 1)
    with pytest.raises(ConnectionError, match="timed out"):
        fetch("hangs", file_hash=SHA)
    assert len(server.asked) == 2


def test_a_server_that_is_not_there(server, tmp_path):
    server.server_close()
    with pytest.raises(ConnectionError, match=r"get_file: http://.* refused.* call again"):
        get_file(origin=server.url, cache_dir=tmp_path)


# What is wrong


def test_a_wrong_sum(fetch, folder):
    with pytest.raises(ValueError, match=f"sha256 sum {SHA}; {OTHER} is wanted. It was removed"):
        fetch(file_hash=OTHER)
    assert left(folder) == []


def test_a_part_of_another_file(fetch, folder):
    (folder / "data.bin.part").write_bytes(b"x" * 1000)
    with pytest.raises(ValueError, match="Try again"):
        fetch(file_hash=SHA)
    assert left(folder) == []
    assert content(fetch(file_hash=SHA)) == DATA


def test_a_failure_leaves_the_old_file(fetch, folder):
    (folder / "data.bin").write_bytes(b"old")
    with pytest.raises(ValueError, match="is wanted"):
        fetch(file_hash=OTHER)
    assert content(folder / "data.bin") == b"old"


def test_a_refusal_is_not_asked_again(fetch, server):
    with pytest.raises(ConnectionError, match="404"):
        fetch(404)
    assert len(server.asked) == 1
    with pytest.raises(ConnectionError, match="500"):
        fetch(500)
    assert len(server.asked) == 1 + _download.RETRIES
    assert content(fetch(429, 408, 500, "well")) == DATA


def test_a_cache_that_cannot_be_written(fetch, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r"file/datasets cannot be written: .* FASTNN_HOME"):
        fetch(cache_dir=tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_without_permission(fetch, tmp_path, folder):
    folder.chmod(0o500)
    with pytest.raises(OSError, match="no permission"):
        fetch()


@pytest.mark.parametrize(
    "error, message, arguments",
    [
        (TypeError, "origin is None; an address", {"origin": None}),
        (
            ValueError,
            r"origin is 'ftp://a/b'; http://, https:// or file://",
            {"origin": "ftp://a/b"},
        ),
        (ValueError, "origin is 'data.bin'", {"origin": "data.bin"}),
        (ValueError, "'' is no file's name", {"origin": "https://localhost/"}),
        (ValueError, r"'\.\.' is no file's name", {"origin": "https://localhost/a/.."}),
        (ValueError, "'a/b' is no file's name", {"fname": "a/b"}),
        (ValueError, r"'\.\.' is no file's name", {"fname": ".."}),
        (ValueError, "is no file's name", {"fname": "..\\a"}),
        (ValueError, "file_hash is 'abc'; 64 hexadecimal digits", {"file_hash": "abc"}),
        (ValueError, "file_hash is 'z", {"file_hash": "z" * 64}),
        (ValueError, "file_hash is ", {"file_hash": SHA, "hash_algorithm": "md5"}),
        (ValueError, "hash_algorithm is 'sha1'", {"file_hash": SHA, "hash_algorithm": "sha1"}),
        (ValueError, "hash_algorithm is None", {"hash_algorithm": None}),
        (TypeError, "fname is 3; a text is wanted", {"fname": 3}),
        (TypeError, "cache_dir is 3; a text is wanted", {"cache_dir": 3}),
        (TypeError, "cache_subdir is None; a text is wanted", {"cache_subdir": None}),
        (ValueError, "unpack_archive", {"extract": True}),
        (ValueError, "unpack_archive", {"untar": True}),
    ],
)
def test_wrong_arguments(fetch, server, error, message, arguments):
    with pytest.raises(error, match="get_file: .*" + message):
        fetch(**arguments)
    assert server.asked == []


# Two at once


def test_two_at_once_download_once(fetch, server, folder):
    paths = []
    threads = [
        threading.Thread(
            target=lambda: paths.append(
                get_file(origin=server.url, cache_dir=folder.parent, file_hash=SHA)
            )
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths == 4 * [str(folder / "data.bin")] and len(server.asked) == 1
    assert left(folder) == ["data.bin"]
