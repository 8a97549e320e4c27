"""What the host answers, with the members that a conversation needs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Dict, List, Mapping, Optional, Type, TypeVar

Answer = TypeVar("Answer")


def of(kind: Type[Answer], answer: Mapping[str, Any]) -> Answer:
    """Takes the members that `kind` has, and leaves those that only newer programs know."""
    known = (field.name for field in fields(kind))  # type: ignore[arg-type]
    return kind(**{name: answer[name] for name in known if name in answer})


@dataclass(frozen=True)
class Sent:
    """A message that was accepted; `client.request("GET", "messages", id)` has all of it."""

    id: str
    #: `queued`, or `suppressed`.
    state: str
    #: Why it is suppressed, e.g. `opted_out`.
    reason: Optional[str]
    #: The title of the template that was chosen, by language too; none for free-form text.
    template: Optional[str]
    template_version: Optional[int]
    sender: str
    predicted_segments: int

    @property
    def suppressed(self) -> bool:
        """Whether it goes nowhere, because its recipient has opted out."""
        return self.state == "suppressed"


@dataclass(frozen=True)
class Template:
    title: str
    body: str
    version: int
    #: For `live`, `pre_release` and `sandbox`: a number, a Messaging Service, or none.
    senders: Dict[str, Optional[str]]


@dataclass(frozen=True)
class Variant:
    name: str
    #: What `${name}` stands for in this variant.
    attributes: Dict[str, str]


@dataclass(frozen=True)
class Handoff:
    """What a voice platform needs to give the call away."""

    name: str
    description: str
    #: By SIP's words: `invite`, `refer` or `bye`.
    method: str
    #: E.164, or a SIP address; none where the call ends.
    destination: Optional[str]
    #: SIP headers that go along, each a `key` and a `value`.
    headers: List[Dict[str, str]]
    #: What else the platform was told.
    config: Dict[str, Any]
    #: Why, for whoever looks at the call later.
    reason: Optional[str] = None
    #: What is said to the caller before.
    utterance: Optional[str] = None


@dataclass(frozen=True)
class Run:
    """What came of an action."""

    action: str
    #: One for each template that its prompt names, in its order.
    messages: List[Sent]
    #: Where the call goes to now, if its prompt says so.
    handoff: Optional[Handoff]
