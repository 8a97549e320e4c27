"""What a conversation knows, kept by the host: whoever opens the conversation has it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Dict, Iterator, Mapping, MutableMapping, Optional

from .errors import Refused

if TYPE_CHECKING:
    from .client import Client


class Kept:
    """A conversation's state at the host: read once, and then as each change answers."""

    def __init__(self, client: Client, conversation: str) -> None:
        self._client = client
        self._conversation = conversation
        self._read: Optional[Dict[str, Any]] = None

    def get(self, member: str) -> Any:
        if self._read is None:
            try:
                found = self._client.request("GET", "conversations", self._conversation)
                self._read = found["state"]
            except Refused as refused:
                if refused.code != "not_found":
                    raise
                self._read = {"variables": {}, "entities": {}}
        return self._read.get(member)

    def change(self, change: Mapping[str, Any]) -> None:
        path = ("conversations", self._conversation, "state")
        self._read = self._client.request("PATCH", *path, body=change)

    def forget(self) -> None:
        self._read = None


class State(MutableMapping[str, Any]):
    """A mapping of which every change is written at once, and `update` in one request.

    Values are what JSON can hold; texts, numbers and booleans fill tokens. `None` takes a name
    away, as `del` does. A value that was read is a copy: to change what is in it, set it again.
    """

    def __init__(self, kept: Kept, member: str) -> None:
        self._kept = kept
        self._member = member

    def __getitem__(self, name: str) -> Any:
        return copy.deepcopy(self._values()[name])

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __delitem__(self, name: str) -> None:
        if name not in self._values():
            raise KeyError(name)
        self.update({name: None})

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values()))

    def __len__(self) -> int:
        return len(self._values())

    def __repr__(self) -> str:
        return f"State({self._values()!r})"

    def update(self, *values: Any, **more: Any) -> None:
        """As of a dict."""
        self._kept.change({self._member: dict(*values, **more)})

    def clear(self) -> None:
        self.update(dict.fromkeys(self))

    def _values(self) -> Dict[str, Any]:
        values: Dict[str, Any] = self._kept.get(self._member)
        return values
