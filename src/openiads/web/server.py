"""A read-only server on loopback.

Only the machine itself may ask: it binds loopback, refuses a foreign `Host` (a name that resolves to 127.0.0.1 is how other pages
would get in: DNS rebinding) and a foreign `Origin`, answers GET and HEAD only, serves names from a fixed list and never a path,
and forbids the page by CSP to load anything from elsewhere or to run a script that is not its own.
"""

import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from openiads.errors import OpeniadsError
from openiads.web.basemap import BaseMap
from openiads.web.columns import Columns, Content
from openiads.web.late import LatePayload
from openiads.web.payload import HTML, Payload
from openiads.web.study import report_policy

LOOPBACK: Final = "127.0.0.1"
NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC: Final = {
    "": ("index.html", "text/html; charset=utf-8"),
    "app.js": ("app.js", "text/javascript; charset=utf-8"),
    "study.html": ("study.html", "text/html; charset=utf-8"),
    "study.js": ("study.js", "text/javascript; charset=utf-8"),
    "study.css": ("study.css", "text/css; charset=utf-8"),
    "app.css": ("app.css", "text/css; charset=utf-8"),
    "basemap.js": ("basemap.js", "text/javascript; charset=utf-8"),
    "NOTICE.txt": ("NOTICE.txt", "text/plain; charset=utf-8"),
}
SECONDS_TO_SEND: Final = 30.0


@dataclass(frozen=True)
class Site:
    """What the server gives out: the page, the runs, perhaps a base map. `token` must be in the URL when it is not empty."""

    payload: Payload | LatePayload
    basemap: BaseMap | None = None
    token: str = ""
    hosts: frozenset[str] = frozenset()


def make_server(
    payload: Payload | LatePayload, *, basemap: BaseMap | None = None, address: str = LOOPBACK, port: int = 0
) -> ThreadingHTTPServer:
    """A server that is bound but not yet serving; port 0 takes a free one. `url_of` says where it is.

    Any other address than loopback puts a random token into the URL, without which every request is refused.
    """
    payload.basemap = basemap is not None
    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    local = address in (LOOPBACK, "localhost", "::1")
    names = NAMES if local else (*NAMES, address)
    hosts = frozenset(f"{name}:{server.server_address[1]}" for name in names)
    server.site = Site(payload, basemap, "" if local else secrets.token_urlsafe(24), hosts)  # type: ignore[attr-defined]
    return server


def url_of(server: ThreadingHTTPServer) -> str:
    """Where a browser finds the page."""
    host, port = server.server_address[:2]
    token = site_of(server).token
    return f"http://{host!s}:{port}/" + (f"?token={token}" if token else "")


def site_of(server: Any) -> Site:
    """What `server` gives out."""
    site: Site = server.site
    return site


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server_version = "openiads"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = SECONDS_TO_SEND

    def do_GET(self) -> None:
        """Answer with what is at the path."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """The same without the content."""
        self._answer(body=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # any other method
            return lambda: self._error(HTTPStatus.METHOD_NOT_ALLOWED, "This server only reads.")
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Keep the terminal quiet."""

    def _answer(self, *, body: bool) -> None:
        site = site_of(self.server)
        if self.headers.get("Host", "") not in site.hosts:
            return self._error(HTTPStatus.MISDIRECTED_REQUEST, "This server answers to its own address only.")
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc not in site.hosts:
            return self._error(HTTPStatus.FORBIDDEN, "Pages from elsewhere may not ask.")
        parts = urlsplit(self.path)
        if not self._has_token(site.token, parts.query):
            return self._error(HTTPStatus.FORBIDDEN, "The address needs the token that `openiads view` printed.")
        name = parts.path.removeprefix("/")
        try:
            return self._serve(site, name, body=body)
        except OpeniadsError as error:
            return self._error(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            return None  # the page went away
        except (
            Exception
        ) as error:  # our bug, or a folder broken in a way nobody thought of: the page says so, the terminal all
            traceback.print_exc()
            text = f"This cannot be shown: {type(error).__name__}: {error}. The terminal of `openiads view` says more."
            return self._error(HTTPStatus.INTERNAL_SERVER_ERROR, text)

    def _serve(self, site: Site, name: str, *, body: bool) -> None:
        if name in STATIC:
            file, kind = STATIC[name if name or site.payload.shows_map() else "study.html"]
            content = (files("openiads.web") / "static" / file).read_bytes()
            cookie = {"Set-Cookie": f"openiads={site.token}; HttpOnly; SameSite=Strict; Path=/"} if site.token else {}
            return self._send(HTTPStatus.OK, kind, content, body=body, headers=cookie)
        if name == "basemap.pmtiles" and site.basemap is not None:
            return self._range(site.basemap, body=body)
        found = site.payload.get(name.removeprefix("api/")) if name.startswith("api/") else None
        if found is None:
            return self._error(HTTPStatus.NOT_FOUND, "There is nothing here.")
        return self._send(HTTPStatus.OK, *found, body=body, csp=report_policy(bytes(found[1])) if found[0] == HTML else CSP)

    def _range(self, basemap: BaseMap, *, body: bool) -> None:
        span = basemap.span(self.headers.get("Range", ""))
        if span is None:
            return self._error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "Ask for one range of bytes inside the file.")
        content = basemap.read(*span)
        headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {span[0]}-{span[1]}/{basemap.size}"}
        return self._send(HTTPStatus.PARTIAL_CONTENT, "application/octet-stream", content, body=body, headers=headers)

    def _has_token(self, token: str, query: str) -> bool:
        if not token:
            return True
        sent = parse_qs(query).get("token", [""])[0]
        cookies = dict(c.strip().partition("=")[::2] for c in self.headers.get("Cookie", "").split(";"))
        return any(secrets.compare_digest(token.encode(), one.encode()) for one in (sent, cookies.get("openiads", "")))

    def _error(self, status: HTTPStatus, text: str) -> None:
        self.close_connection = True
        self._send(
            status, "text/plain; charset=utf-8", text.encode(), body=self.command != "HEAD", headers={"Connection": "close"}
        )

    def _send(
        self,
        status: HTTPStatus,
        kind: str,
        content: Content,
        *,
        body: bool,
        csp: str = CSP,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        every = {**HEADERS, "Content-Security-Policy": csp, "Content-Type": kind, "Content-Length": str(len(content))}
        for key, value in {**every, **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if not body:
            return
        if isinstance(content, Columns):
            content.write_to(self.wfile)
        else:
            self.wfile.write(content)
