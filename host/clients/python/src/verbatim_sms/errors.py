"""Why a call did not do what it was asked for."""

from __future__ import annotations

from typing import Any, Mapping


class RequestError(Exception):
    """A call failed."""


class Refused(RequestError):
    """The host refused a request, and did nothing."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        #: The status of HTTP.
        self.status = status
        #: Stable, such as `not_found` or `V020`; `http_502` where the answer was not the host's.
        self.code: str = problem.get("code", f"http_{status}")
        #: One sentence: what was expected, what was found and what to do.
        self.detail: str = problem.get("detail", f"the answer was {status} without saying why")
        #: All that the host said, such as `missing`.
        self.problem = problem
        super().__init__(f"{self.detail} ({self.code})")


class Unanswered(RequestError):
    """There was no answer, however often it was tried: it may have been done, or not."""
