"""A running `verbatim dev` for all tests, and a proxy before it that breaks what it is told to."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, Dict, Iterator, List, NamedTuple

import httpx
import pytest

from verbatim_sms import Client, Conversation

ROOT = Path(__file__).parents[4]
BINARY = os.environ.get("VERBATIM_BIN", str(ROOT / "target/debug/verbatim"))
#: The sandbox's number in `verbatim dev`.
SENDER = "+15550001236"
TIMEOUT = 60


class Host(NamedTuple):
    """A host, and what its phone shows."""

    url: str
    key: str
    database: str

    def client(self, **options: Any) -> Client:
        return Client(self.url, self.key, **options)

    def put(self, *path: str, **body: Any) -> None:
        with self.client() as client:
            client.request("PUT", *path, body=body)

    def template(self, title: str, body: str) -> None:
        draft = {"title": title, "body": body, "senders": {"sandbox": SENDER}}
        with self.client() as client:
            client.request("POST", "templates", body=draft)

    def write(self, person: str, text: str) -> None:
        """Writes as the owner of a phone."""
        with self.client() as client:
            body = {"from": person, "to": SENDER, "body": text}
            client.request("POST", "dev", "phone", body=body)

    def messages(self, conversation: str) -> List[Dict[str, Any]]:
        """All that was sent in a conversation."""
        with self.client() as client:
            found = client.request("GET", "conversations", conversation)["messages"]
        return list(found)

    def texts(self, conversation: str) -> List[str]:
        return [message["text"] for message in self.messages(conversation)]


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    # The tests speak to this machine alone.
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as data:
        arguments = ["dev", "--listen", "127.0.0.1:0", "--data", data, "--json"]
        # The tests make a project of their own.
        arguments += ["--examples", "templates"]
        with subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            host = Host(ready["listening"], ready["api_key"], f"{data}/verbatim.db")
            fill(host)
            yield host
            process.terminate()
            process.wait(TIMEOUT)


def fill(host: Host) -> None:
    """A project with one of each."""
    host.put("project", default_language="en")
    host.template("booked_en", "Your code is {{vrbl:CONFIRMATION_CODE}}. ${directions}")
    host.template("booked_es", "Su clave es {{vrbl:CONFIRMATION_CODE}}. ${directions}")
    host.put("variants", "London")
    host.put("variants", "Paris")
    by_variant = {"London": "By the bridge", "Paris": "Sur la place"}
    host.put("attributes", "directions", values=by_variant)
    host.put("handoffs", "desk", method="refer", destination="+15550007777")
    headers = [{"key": "X-Queue", "value": "night"}]
    night = {"method": "invite", "destination": "sip:night@example.org", "headers": headers}
    host.put("handoffs", "night", **night)
    prompt = "Send {{twilio_sms:booked}}, then {{ho:desk}}"
    host.put("actions", "confirm_and_hand_over", prompt=prompt)
    host.put("actions", "ask_first", prompt=prompt, needs_consent=True)


@pytest.fixture
def conv(host: Host, request: pytest.FixtureRequest) -> Iterator[Conversation]:
    """A conversation of the test's own."""
    with host.client() as client:
        yield client.conversation(request.node.name, caller_number="+15550001111")


class Request(NamedTuple):
    method: str
    path: str
    key: str


class Proxy:
    """Stands before the host. Each of `faults` breaks one request, in their order."""

    #: The host is asked, and its answer never comes: the connection ends.
    ANSWER_LOST = "answer lost"
    #: The same, in the middle of the answer.
    ANSWER_CUT = "answer cut"
    #: The host is not asked, and nothing is said until the client gives up.
    SILENCE = "silence"
    #: Something before the host answers in its place.
    BAD_GATEWAY = "bad gateway"
    #: So does a page for people.
    PAGE = "page"

    def __init__(self, host: Host) -> None:
        self.faults: List[str] = []
        self.requests: List[Request] = []
        self.ended = Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                key = self.headers.get("Idempotency-Key", "")
                proxy.requests.append(Request(self.command, self.path, key))
                fault = proxy.faults.pop(0) if proxy.faults else None
                if fault == Proxy.SILENCE:
                    proxy.ended.wait(TIMEOUT)
                    return
                if fault == Proxy.BAD_GATEWAY:
                    self.send_error(502)
                    return
                if fault == Proxy.PAGE:
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html")
                    self.end_headers()
                    self.wfile.write(b"<p>Welcome")
                    return
                url = host.url.rstrip("/") + self.path
                headers = {**self.headers, "Host": httpx.URL(url).netloc.decode()}
                done = httpx.request(self.command, url, headers=headers, content=body)
                if fault == Proxy.ANSWER_LOST:
                    return
                self.send_response(done.status_code)
                for name in ("Content-Type", "Retry-After"):
                    if name in done.headers:
                        self.send_header(name, done.headers[name])
                self.send_header("Content-Length", str(len(done.content)))
                self.end_headers()
                half = len(done.content) // 2
                self.wfile.write(done.content[: half if fault == Proxy.ANSWER_CUT else None])

            do_GET = do_POST = do_PUT = do_PATCH = answer

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def proxy(host: Host) -> Iterator[Proxy]:
    proxy = Proxy(host)
    yield proxy
    proxy.stop()
