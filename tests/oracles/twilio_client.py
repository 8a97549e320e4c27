"""Twilio's own package for Python, as a client of the fake Twilio and as a judge of its webhooks'
signatures. tests/tests/official_clients.rs starts the fake; twilio.mjs is its sibling."""

import os
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

SID, TOKEN = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
FAKE_URL, PORT = os.environ["FAKE_URL"], int(os.environ["WEBHOOK_PORT"])
FROM, TO = "+15550001234", "+15550001111"
HERE = f"http://127.0.0.1:{PORT}"
webhooks = []


class Elsewhere(TwilioHttpClient):
    """The package knows one address; this takes it to the fake."""

    def request(self, method, url, *more, **options):
        asked = urlsplit(url)
        path = asked.path + ("?" + asked.query if asked.query else "")
        return super().request(method, urljoin(FAKE_URL, path), *more, **options)


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        parameters = dict(parse_qsl(body, keep_blank_values=True))
        webhooks.append((HERE + self.path, parameters, self.headers["x-twilio-signature"]))
        answer = MessagingResponse()
        if self.path == "/inbound":
            answer.message("Ünïcode <&> 👋")
        answer = str(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def until(what, found):
    for _ in range(200):
        if found():
            return
        time.sleep(0.05)
    raise AssertionError(f"expected {what}, found {webhooks}")


def refused(request, code, status):
    try:
        request()
    except TwilioRestException as error:
        assert (error.code, error.status) == (code, status), error
    else:
        raise AssertionError(f"expected {code}, found none")


server = ThreadingHTTPServer(("127.0.0.1", PORT), Webhook)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(SID, TOKEN, http_client=Elsewhere())
text = "Ünïcode & so on: 👋"
made = client.messages.create(
    to=TO,
    from_=FROM,
    body=text,
    status_callback=f"{HERE}/status?a=1&b=%20",
    smart_encoded=False,
    validity_period=600,
)
assert made.sid.startswith("SM") and len(made.sid) == 34, made.sid
found = (made.account_sid, made.to, made.from_, made.body, made.status, made.direction)
assert found == (SID, TO, FROM, text, "queued", "outbound-api"), found
found = (made.num_segments, made.error_code, made.error_message, made.price)
assert found == ("1", None, None, None), found
assert abs((made.date_created - datetime.now(timezone.utc)).total_seconds()) < 60

until("a callback", lambda: any(it.get("MessageStatus") == "delivered" for _, it, _ in webhooks))
assert client.messages(made.sid).fetch().status == "delivered"
others = [client.messages.create(to=TO, from_=FROM, body=it).sid for it in ("one", "two", "three")]
listed = [it.sid for it in client.messages.list(to=TO, from_=FROM, page_size=2)]
assert listed == [*reversed(others), made.sid], "in pages of two"

for number, code in (("+15005550001", 21211), ("+15005550004", 21610)):
    refused(lambda: client.messages.create(to=number, from_=FROM, body="x"), code, 400)
refused(lambda: client.messages("SM" + "0" * 32).fetch(), 20404, 404)
stranger = Client(SID, "another token", http_client=Elsewhere())
refused(lambda: stranger.messages(made.sid).fetch(), 20003, 401)

phone = {"from": TO, "to": FROM, "body": "Hello = & % + 👋"}
written = requests.post(urljoin(FAKE_URL, "fake/phone"), json=phone, auth=(SID, TOKEN), timeout=10)
replies = [it["body"] for it in written.json()["replies"]]
assert replies == ["Ünïcode <&> 👋"], replies

said = [it.get("MessageStatus", it.get("Body")) for _, it, _ in webhooks]
assert said == ["sent", "delivered", "Hello = & % + 👋"], said
for url, parameters, signature in webhooks:
    assert RequestValidator(TOKEN).validate(url, parameters, signature), url
    assert not RequestValidator("another token").validate(url, parameters, signature), url
    changed = {**parameters, "To": "+15550009999"}
    assert not RequestValidator(TOKEN).validate(url, changed, signature), url
print("ok")
