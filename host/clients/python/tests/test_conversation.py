"""What a conversation does at a running host."""

from __future__ import annotations

import pytest
from conftest import SENDER, Host

from verbatim_sms import Conversation, Refused, RequestError

PERSON = "+15550001111"


def test_a_text_is_sent_and_logged_in_its_conversation(host: Host, conv: Conversation) -> None:
    sent = conv.send_sms(PERSON, SENDER, "See you soon 👋")
    assert (sent.state, sent.suppressed, sent.sender, sent.template) == (
        "queued",
        False,
        SENDER,
        None,
    )
    assert [(one["id"], one["text"]) for one in host.messages(conv.id)] == [
        (sent.id, "See you soon 👋")
    ]


def test_each_call_sends_though_another_has_said_the_same(host: Host, conv: Conversation) -> None:
    ids = {conv.send_sms(PERSON, SENDER, "Ping").id for _ in range(2)}
    assert len(ids) == 2 and host.texts(conv.id) == ["Ping", "Ping"]


def test_a_number_that_has_opted_out_is_no_error_and_gets_nothing(
    host: Host, conv: Conversation
) -> None:
    person = "+15550002222"
    host.write(person, "STOP")
    conv.state["CONFIRMATION_CODE"] = "X7"
    for sent in (
        conv.send_sms(person, SENDER, "Hello"),
        conv.send_sms_template(person, "booked"),
        *conv.run_action("confirm_and_hand_over", person).messages,
    ):
        assert (sent.state, sent.reason, sent.suppressed) == ("suppressed", "opted_out", True)


def test_a_message_that_is_not_delivered_never_raises(host: Host, conv: Conversation) -> None:
    with host.client() as client:
        calm = client.request("GET", "dev", "chaos")
        client.request("PUT", "dev", "chaos", body={**calm, "undelivered": 1})
        try:
            sent = [conv.send_sms(PERSON, SENDER, "Lost") for _ in range(2)]
        finally:
            client.request("PUT", "dev", "chaos", body=calm)
    assert [one.state for one in sent] == ["queued", "queued"]


def test_what_the_host_refuses_raises_its_code_and_its_sentence(
    host: Host, conv: Conversation
) -> None:
    with pytest.raises(Refused, match="expected a phone number .* found `555`") as bad_number:
        conv.send_sms("555", SENDER, "Hello")
    assert (bad_number.value.status, bad_number.value.code) == (422, "V030")
    with pytest.raises(Refused, match="boked") as unknown:
        conv.send_sms_template(PERSON, "boked")
    assert (unknown.value.status, unknown.value.code) == (422, "V033")
    with pytest.raises(Refused) as missing:
        conv.send_sms_template(PERSON, "booked")
    assert missing.value.code == "V020"
    assert missing.value.problem["missing"] == [{"kind": "variable", "name": "CONFIRMATION_CODE"}]
    with pytest.raises(Refused, match="not registered"):
        conv.send_sms(PERSON, "+15559999999", "Hello")
    with pytest.raises(Refused) as gone:
        host.messages(conv.id)
    assert gone.value.code == "not_found", "nothing was sent"


def test_a_template_is_filled_from_state_variant_and_language(
    host: Host, conv: Conversation
) -> None:
    conv.state["CONFIRMATION_CODE"] = 17
    assert conv.send_sms_template(PERSON, "booked").template == "booked_en"
    conv.set_variant("Paris")
    conv.set_language("es")
    assert conv.send_sms_template(PERSON, "booked").template == "booked_es"
    conv.send_sms_template(PERSON, "booked", values={"variable": {"CONFIRMATION_CODE": "X8"}})
    assert host.texts(conv.id) == [
        "Your code is 17. By the bridge",
        "Su clave es 17. Sur la place",
        "Su clave es X8. Sur la place",
    ]


def test_state_is_a_mapping_that_the_host_keeps(host: Host, conv: Conversation) -> None:
    assert dict(conv.state) == {} and "A" not in conv.state
    conv.state["A"] = "1"
    conv.state.update({"B": [1, {"c": None}]}, C=True)
    conv.entities["guests"] = 4
    del conv.state["C"]
    with pytest.raises(KeyError):
        del conv.state["C"]
    conv.state["B"].append(2)
    expected = {"A": "1", "B": [1, {"c": None}]}
    with host.client() as client:
        other = client.conversation(conv.id)
        for opened in (conv, other):
            assert (dict(opened.state), dict(opened.entities)) == (expected, {"guests": 4})
        other.state["A"] = None
        assert "A" in conv.state
        conv.refresh()
        assert list(conv.state) == ["B"]
        assert conv.state.pop("B") and len(conv.state) == 0
        other.entities.clear()
    assert host.messages(conv.id) == []


def test_any_id_names_a_conversation_of_its_own(host: Host) -> None:
    with host.client() as client:
        for id in ("a/b", "a%2Fb", "é ?#", "..a"):
            client.conversation(id).state["ID"] = id
        for id in ("a/b", "a%2Fb", "é ?#", "..a"):
            assert client.conversation(id).state["ID"] == id
        with pytest.raises(ValueError, match="expected a name or an id"):
            client.conversation("..").state["ID"] = ""


def test_the_variant_has_its_attributes(conv: Conversation) -> None:
    assert conv.variant is not None
    assert (conv.variant.name, conv.variant.attributes) == (
        "London",
        {"directions": "By the bridge"},
    )
    conv.set_variant("Paris")
    assert conv.variant.attributes["directions"] == "Sur la place"
    with pytest.raises(Refused) as unknown:
        conv.set_variant("Rome")
    assert unknown.value.code == "unknown_variant" and conv.variant.name == "Paris"
    conv.set_variant(None)
    assert conv.variant.name == "London"


def test_templates_are_found_by_their_title(conv: Conversation) -> None:
    template = conv.sms_templates["booked_en"]
    assert template.body.startswith("Your code is {{vrbl:CONFIRMATION_CODE}}")
    assert (template.version, template.senders["sandbox"]) == (1, SENDER)


def test_a_call_is_given_away_by_name_or_by_default(conv: Conversation) -> None:
    desk = conv.call_handoff()
    assert (desk.name, desk.method, desk.destination) == ("desk", "refer", "+15550007777")
    night = conv.call_handoff("night", "closed", "One moment.", {"X-Reason": "closed"})
    assert conv.handoff is night
    assert night.destination == "sip:night@example.org"
    assert [header["key"] for header in night.headers] == ["X-Queue", "X-Reason"]
    assert (night.reason, night.utterance) == ("closed", "One moment.")
    with pytest.raises(Refused) as unknown:
        conv.call_handoff("nobody")
    assert unknown.value.code == "not_found" and conv.handoff is night


def test_an_action_sends_and_hands_over_or_does_neither(host: Host, conv: Conversation) -> None:
    with pytest.raises(Refused) as missing:
        conv.run_action("confirm_and_hand_over")
    assert missing.value.code == "V020" and conv.handoff is None
    conv.state["CONFIRMATION_CODE"] = "X7"
    with pytest.raises(Refused) as unasked:
        conv.run_action("ask_first")
    assert unasked.value.code == "consent_needed" and host.texts(conv.id) == []
    run = conv.run_action("ask_first", consented=True)
    assert [one.template for one in run.messages] == ["booked_en"]
    assert run.handoff is not None and run.handoff.name == "desk" and conv.handoff is run.handoff
    assert host.texts(conv.id) == ["Your code is X7. By the bridge"]
    conv.caller_number = None
    with pytest.raises(ValueError, match="no caller"):
        conv.run_action("ask_first", consented=True)


def test_an_environment_without_a_sender_refuses(host: Host) -> None:
    with host.client() as client:
        conv = client.conversation("live", environment="live")
        with pytest.raises(RequestError):
            conv.send_sms_template(PERSON, "booked")
