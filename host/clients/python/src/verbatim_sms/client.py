"""Asks a host over HTTP: time-outs on everything, and again where no answer or a passing one came.

A POST has one idempotency key for all its tries. The host stores the key with the message in one
transaction, so a try that was done and whose answer was lost is answered, and not done, again.
"""

from __future__ import annotations

import random
import time
import uuid
from types import TracebackType
from typing import Any, Optional, Type
from urllib.parse import quote

import httpx

from .conversation import Conversation
from .errors import Refused, RequestError, Unanswered

#: How often a request is tried again, unless the call says otherwise.
RETRY_COUNT = 3
#: Seconds to connect, to write, and to wait for more of an answer, of each try.
TIMEOUT = 10.0
#: Seconds before the second try; each later pause is twice as long, less up to half at random.
FIRST_PAUSE = 0.2
#: Seconds of the longest pause. Whoever is told to wait longer gets the refusal instead.
LONGEST_PAUSE = 20.0

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class Client:
    """A host, as whoever holds one of its API keys sees it. Threads may share it."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout: float = TIMEOUT,
        retry_count: int = RETRY_COUNT,
    ) -> None:
        """`url` is where the host listens, e.g. `https://sms.example.com`."""
        base = httpx.URL(url)
        if base.scheme not in ("http", "https") or not base.host:
            raise ValueError(f"expected the host's http or https address, found `{url}`")
        self.retry_count = _checked(retry_count)
        self._http = httpx.Client(
            base_url=base,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout,
        )

    def conversation(
        self,
        id: str,
        *,
        caller_number: Optional[str] = None,
        environment: Optional[str] = None,
    ) -> Conversation:
        """The conversation of this id, be it new or not; nothing is asked yet.

        `environment` is `live`, `pre_release` or `sandbox`, the host's default.
        """
        return Conversation(self, id, caller_number=caller_number, environment=environment)

    def request(
        self,
        method: str,
        *path: str,
        body: object = None,
        retry_count: Optional[int] = None,
    ) -> Any:
        """Asks `/v1/…` for anything that the host's OpenAPI document names; gives its JSON."""
        retries = self.retry_count if retry_count is None else _checked(retry_count)
        request = self._http.build_request(
            method,
            "v1/" + "/".join(map(_segment, path)),
            json=body,
            headers={"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else None,
        )
        for tried in range(retries + 1):
            pause = min(FIRST_PAUSE * 2**tried, LONGEST_PAUSE) * random.uniform(0.5, 1)
            failure: RequestError
            try:
                answer = self._http.send(request)
            except httpx.RequestError as error:
                failure = Unanswered(
                    f"expected an answer of {request.url.host}, found none in {tried + 1} tries "
                    f"({error or type(error).__name__}); whether it was done is not known"
                )
            else:
                if answer.is_success:
                    return _json(answer)
                failure = _failure(answer)
                if not _may_pass(answer.status_code):
                    raise failure
                pause = max(pause, _retry_after(answer))
            if tried == retries or pause > LONGEST_PAUSE:
                raise failure
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


def _checked(retry_count: int) -> int:
    if retry_count < 0:
        raise ValueError(f"expected `retry_count` of 0 or more, found {retry_count}")
    return retry_count


def _segment(text: str) -> str:
    # A dot alone would name another path.
    if text in ("", ".", ".."):
        raise ValueError(f"expected a name or an id, found `{text}`")
    return quote(text, safe="")


def _may_pass(status: int) -> bool:
    return status == TOO_MANY_REQUESTS or status >= SERVER_ERROR


def _retry_after(answer: httpx.Response) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else 0.0


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        kind = answer.headers.get("Content-Type", "nothing")
        raise RequestError(
            f"expected JSON of {answer.url}, found {kind}; is that a Verbatim host?"
        ) from None


def _failure(answer: httpx.Response) -> RequestError:
    status = answer.status_code
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict) and "code" in problem:
        return Refused(status, problem)
    if status < SERVER_ERROR:
        return Refused(status, {})
    return Unanswered(
        f"expected an answer of the host at {answer.url.host}, found {status} of something before "
        "it; whether it was done is not known"
    )
