"""`conv`: what an agent does in a conversation, under the names that its platform uses."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional

from .answers import Handoff, Run, Sent, Template, Variant, of
from .errors import RequestError
from .state import Kept, State

if TYPE_CHECKING:
    from .client import Client

#: Values of tokens by kind: `variant`, `entity`, `variable` and `translation`.
Values = Mapping[str, Mapping[str, str]]


class Conversation:
    """A conversation. What it reads of the project, it reads once; `refresh` forgets it."""

    def __init__(
        self,
        client: Client,
        id: str,
        *,
        caller_number: Optional[str] = None,
        environment: Optional[str] = None,
    ) -> None:
        self._client = client
        self._kept = Kept(client, id)
        self.id = id
        #: Whom the agent speaks with, E.164; none where that is not by phone.
        self.caller_number = caller_number
        self.environment = environment
        #: What `{{vrbl:NAME}}` stands for, and whatever else the agent keeps.
        self.state = State(self._kept, "variables")
        #: What `{{entity:name}}` stands for.
        self.entities = State(self._kept, "entities")
        #: Where the call goes to, once it was given away.
        self.handoff: Optional[Handoff] = None

    def send_sms(
        self, to_number: str, from_number: str, content: str, retry_count: Optional[int] = None
    ) -> Sent:
        """Sends free-form text from a registered sender.

        Who has opted out gets nothing, and that is no error: the answer says `suppressed`.
        """
        body = self._message(to_number, {"from_number": from_number, "content": content})
        return self._send(body, retry_count)

    def send_sms_template(
        self,
        to_number: str,
        template: str,
        retry_count: Optional[int] = None,
        *,
        values: Optional[Values] = None,
    ) -> Sent:
        """Sends a template by title, from its sender of this environment.

        Its tokens are filled from `values` first, then from this conversation's state, entities,
        variant and language. One without a value refuses the message: `V020`.
        """
        body = self._message(to_number, {"template": template, "values": values or {}})
        return self._send(body, retry_count)

    def run_action(
        self,
        name: str,
        to_number: Optional[str] = None,
        *,
        values: Optional[Values] = None,
        consented: bool = False,
        retry_count: Optional[int] = None,
    ) -> Run:
        """Sends, to the caller or another number, every template that an action names and takes
        its handoff: all of it, or nothing."""
        to = to_number or self.caller_number
        if to is None:
            raise ValueError("expected `to_number`, because this conversation has no caller")
        body = self._message(to, {"values": values or {}, "consented": consented})
        path = ("actions", name, "run")
        answer = self._client.request("POST", *path, body=body, retry_count=retry_count)
        handoff = answer["handoff"] and of(Handoff, answer["handoff"])
        self.handoff = handoff or self.handoff
        return Run(answer["action"], [of(Sent, one) for one in answer["messages"]], handoff)

    def call_handoff(
        self,
        destination: Optional[str] = None,
        reason: Optional[str] = None,
        utterance: Optional[str] = None,
        sip_headers: Optional[Mapping[str, str]] = None,
    ) -> Handoff:
        """Gives the call away by the handoff of this name, or by the project's default.

        The answer, which `handoff` keeps, holds what the voice platform needs, `sip_headers` after
        the handoff's own.
        """
        found = self._handoff(destination)
        more = [{"key": key, "value": value} for key, value in (sip_headers or {}).items()]
        told = {"headers": found["headers"] + more, "reason": reason, "utterance": utterance}
        self.handoff = of(Handoff, {**found, **told})
        return self.handoff

    @cached_property
    def variant(self) -> Optional[Variant]:
        """The conversation's variant, or the project's default; none where it has no variants."""
        name = self._kept.get("variant")
        if name is None:
            default = _default(self._client.request("GET", "variants")["variants"])
            if default is None:
                return None
            name = default["name"]
        attributes = self._client.request("GET", "attributes")["attributes"]
        has = (one for one in attributes if name in one["values"])
        return Variant(name, {one["name"]: one["values"][name] for one in has})

    def set_variant(self, name: Optional[str]) -> None:
        """Sets the variant; `None` for the project's default."""
        self._kept.change({"variant": name})
        self.__dict__.pop("variant", None)

    @property
    def language(self) -> Optional[str]:
        """The person's language, e.g. `es` or `pt-BR`, if it was set."""
        language: Optional[str] = self._kept.get("language")
        return language

    def set_language(self, tag: Optional[str]) -> None:
        """Sets the language, which chooses among templates and translations."""
        self._kept.change({"language": tag})

    @cached_property
    def sms_templates(self) -> Dict[str, Template]:
        """Every template of the project, by title."""
        found = self._client.request("GET", "templates")["templates"]
        return {one["title"]: of(Template, one) for one in found}

    def refresh(self) -> None:
        """Forgets what was read, so that it is read anew."""
        self._kept.forget()
        for name in ("variant", "sms_templates"):
            self.__dict__.pop(name, None)

    def _message(self, to_number: str, more: Mapping[str, Any]) -> Dict[str, Any]:
        body = {"to_number": to_number, "conversation_id": self.id, **more}
        return body if self.environment is None else {**body, "environment": self.environment}

    def _send(self, body: Mapping[str, Any], retry_count: Optional[int]) -> Sent:
        answer = self._client.request("POST", "messages", body=body, retry_count=retry_count)
        return of(Sent, answer)

    def _handoff(self, name: Optional[str]) -> Dict[str, Any]:
        if name is not None:
            found: Dict[str, Any] = self._client.request("GET", "handoffs", name)
            return found
        default = _default(self._client.request("GET", "handoffs")["handoffs"])
        if default is None:
            raise RequestError("expected a default handoff, found none; name one, or create one")
        return default


def _default(all: List[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    return next((one for one in all if one["is_default"]), None)
