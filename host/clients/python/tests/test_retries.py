"""What a client does about answers that do not come, or that pass."""

from __future__ import annotations

import json
import subprocess
import time

import pytest
from conftest import BINARY, SENDER, Host, Proxy

from verbatim_sms import Client, Conversation, Refused, RequestError, Unanswered

PERSON = "+15550001111"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are shorter than those of real clients, but for what the host asks for."""
    monkeypatch.setattr("verbatim_sms.client.FIRST_PAUSE", 0.01)


def through(proxy: Proxy, host: Host, name: str, **options: float) -> Conversation:
    return Client(proxy.url, host.key, **options).conversation(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [Proxy.ANSWER_LOST, Proxy.ANSWER_CUT])
def test_a_message_whose_answer_was_lost_is_sent_once(
    host: Host, proxy: Proxy, fault: str
) -> None:
    conv = through(proxy, host, fault)
    proxy.faults = [fault, fault]
    sent = conv.send_sms(PERSON, SENDER, "Once")
    assert len(proxy.requests) == 3
    assert len({request.key for request in proxy.requests}) == 1
    assert [one["id"] for one in host.messages(conv.id)] == [sent.id]


def test_an_action_whose_answer_was_lost_is_run_once(host: Host, proxy: Proxy) -> None:
    conv = through(proxy, host, "lost run")
    conv.state["CONFIRMATION_CODE"] = "X7"
    proxy.faults = [Proxy.ANSWER_LOST]
    run = conv.run_action("confirm_and_hand_over", PERSON)
    assert [one["id"] for one in host.messages(conv.id)] == [one.id for one in run.messages]


def test_it_is_tried_again_as_often_as_the_call_says(host: Host, proxy: Proxy) -> None:
    conv = through(proxy, host, "tries")
    for retry_count in (0, 2):
        proxy.requests.clear()
        proxy.faults = [Proxy.BAD_GATEWAY] * 3
        with pytest.raises(Unanswered, match="found 502 of something before it"):
            conv.send_sms(PERSON, SENDER, "Tries", retry_count)
        assert len(proxy.requests) == retry_count + 1
    proxy.faults = [Proxy.BAD_GATEWAY]
    assert conv.send_sms(PERSON, SENDER, "Tries").state == "queued"
    with pytest.raises(ValueError, match="`retry_count` of 0 or more"):
        conv.send_sms(PERSON, SENDER, "Tries", -1)


def test_silence_ends_by_the_time_out(host: Host, proxy: Proxy) -> None:
    conv = through(proxy, host, "silence", timeout=0.2)
    proxy.faults = [Proxy.SILENCE]
    with pytest.raises(Unanswered, match="found none in 1 tries .*whether it was done is not known"):
        conv.send_sms(PERSON, SENDER, "Anyone?", 0)


def test_nobody_there_is_unanswered(proxy: Proxy, host: Host) -> None:
    proxy.stop()
    with pytest.raises(Unanswered):
        through(proxy, host, "nobody").send_sms(PERSON, SENDER, "Anyone?", 1)


def test_what_is_refused_is_not_tried_again(host: Host, proxy: Proxy) -> None:
    with pytest.raises(Refused):
        through(proxy, host, "refused").send_sms("555", SENDER, "Hello")
    assert len(proxy.requests) == 1
    with pytest.raises(Refused, match="key") as unknown:
        Client(proxy.url, "vk_nobody").conversation("x").send_sms(PERSON, SENDER, "Hello")
    assert unknown.value.status == 401 and len(proxy.requests) == 2


def test_a_client_that_asks_too_often_waits_as_long_as_it_is_told(host: Host) -> None:
    create = ["keys", "create", "slow", "--rate", "1/1", "--database", host.database, "--json"]
    made = json.loads(subprocess.check_output([BINARY, *create], text=True))
    with Client(host.url, made["key"]) as client:
        conv = client.conversation("slow")
        conv.send_sms(PERSON, SENDER, "One")
        with pytest.raises(Refused) as too_often:
            conv.send_sms(PERSON, SENDER, "Two", 0)
        assert (too_often.value.status, too_often.value.code) == (429, "too_many_requests")
        begun = time.monotonic()
        conv.send_sms(PERSON, SENDER, "Two", 1)
        assert time.monotonic() - begun >= 1
    assert host.texts("slow") == ["One", "Two"]


def test_what_is_no_host_is_named() -> None:
    with pytest.raises(ValueError, match="http or https address, found `127.0.0.1:8470`"):
        Client("127.0.0.1:8470", "vk_")
    with pytest.raises(ValueError, match="found `ftp://example.com`"):
        Client("ftp://example.com", "vk_")


def test_a_page_for_people_is_no_answer(host: Host, proxy: Proxy) -> None:
    proxy.faults = [Proxy.PAGE]
    with pytest.raises(RequestError, match="expected JSON of http.*, found text/html; is that a"):
        through(proxy, host, "page").send_sms(PERSON, SENDER, "Hello")
    assert len(proxy.requests) == 1
