"""Attacks on the server: each is refused."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from openiads.errors import ResultsError
from openiads.web.basemap import BaseMap
from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of


def ask(url: str, path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for key, value in headers.items():
        connection.putheader(key, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.text = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_it_binds_loopback_and_a_free_port(served: str) -> None:
    assert urlsplit(served).hostname == "127.0.0.1"
    assert urlsplit(served).port not in (None, 0)


def test_every_answer_carries_the_policy(served: str) -> None:
    for path in ("/", "/app.js", "/api/config.json", "/nothing", "/api/run/0/99/scene.json"):
        answer = ask(served, path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_a_foreign_host_is_refused(served: str, host: str) -> None:
    """DNS rebinding: a foreign name that resolves to this machine."""
    assert ask(served, "/api/config.json", Host=host).status == 421


def test_a_foreign_origin_is_refused(served: str) -> None:
    assert ask(served, "/api/config.json", Origin="https://evil.example").status == 403
    assert ask(served, "/api/config.json", Origin="null").status == 403
    assert ask(served, "/api/config.json", Origin=served.rstrip("/")).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_only_reads(served: str, method: str) -> None:
    assert ask(served, "/api/config.json", method=method).status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/api/../../manifest.json",
        "/api/run/0/0/../../../manifest.json",
        "/api/run/00000000000000000000000000/0/scene.json",
        "/api/run/-1/0/scene.json",
        "/api/run/0/1e3/scene.json",
        "/api/run/0/%EF%BC%96/scene.json",
        "/api/run/9/0/scene.json",
        "/api/run/0/6/scene.json",
        "/static/",
        "/api/",
        "/api/report.html",
        "/basemap.pmtiles",
        "//etc/passwd",
    ],
)
def test_names_are_from_a_list(served: str, path: str) -> None:
    answer = ask(served, path)
    assert answer.status in (200, 404) if "00000" in path else answer.status == 404
    assert b"root:" not in answer.text  # type: ignore[attr-defined]


def test_head_has_no_content(served: str) -> None:
    answer = ask(served, "/app.js", method="HEAD")
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) > 100_000
    assert answer.text == b""  # type: ignore[attr-defined]


@pytest.fixture
def open_to_others(payload: Payload) -> Iterator[str]:
    server = make_server(payload, address="0.0.0.0")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield url_of(server)
    server.shutdown()
    server.server_close()


def test_another_address_needs_the_token(open_to_others: str) -> None:
    where = urlsplit(open_to_others)
    local = f"http://127.0.0.1:{where.port}/"
    assert ask(local, "/api/config.json").status == 403
    assert ask(local, "/?token=guess").status == 403
    answer = ask(local, f"/?{where.query}")
    assert answer.status == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(local, "/api/config.json", Cookie=cookie.split(";")[0]).status == 200


def test_base_map_in_ranges(payload: Payload, tmp_path: Path) -> None:
    file = tmp_path / "x.pmtiles"
    file.write_bytes(b"PMTiles\x03" + bytes(range(200)))
    server = make_server(payload, basemap=BaseMap.open(file))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = url_of(server)
    answer = ask(url, "/basemap.pmtiles", Range="bytes=8-11")
    assert (answer.status, answer.text) == (206, bytes(range(4)))  # type: ignore[attr-defined]
    assert answer.headers["Content-Range"] == "bytes 8-11/208"
    for wrong in ("bytes=300-400", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2"):
        assert ask(url, "/basemap.pmtiles", Range=wrong).status == 416
    server.shutdown()
    server.server_close()
    (tmp_path / "y.pmtiles").write_bytes(b"<html>")
    with pytest.raises(ResultsError, match="does not begin as a PMTiles"):
        BaseMap.open(tmp_path / "y.pmtiles")
