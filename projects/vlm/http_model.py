"""A model behind an HTTP address with the interface of OpenAI's chat completions."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Self

import httpx2
import tenacity

from .address import Redactor
from .answers import Answer
from .errors import AskingError, UnansweredError

_REFUSING = {
    401: 'the key is missing or wrong (--key-from)',
    403: 'the key may not do this',
    404: 'there is nothing at this address, or no such model',
    405: 'this address takes no questions',
}
_AGAIN = (408, 425, 429)
_LONGEST = 4 * 2**20  # bytes of a reply
_MOST_TOKENS = 10**12  # tokens of one question; a larger number counts as 0
_SHOWN = 200  # characters of a server's message


class _PassingError(Exception):
    """A failure that may pass; the server asks for a wait of `after` seconds."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class HTTPModel:
    """Asks over HTTP, and tries again after a failure that may pass.

    Proxies and other settings of the environment are not used, and no redirection is
    followed: frames and key are sent only to the address.

    Args:
        address: See :func:`~projects.vlm.address.check_address`.
        key: Key, sent as a bearer token; empty for none. No message, log or file holds
            it.
        limit: Seconds for one try, from the first byte sent to the last received.
        tries: Largest number of tries of a question.
        wait: Seconds before the second try; doubled for each further try, with a random
            part. The server's ``Retry-After`` is used if it is longer.
        longest_wait: Longest wait between two tries, seconds.
        sleep: Function that waits; a test may give one that does not.

    Attributes:
        source: The address; it is part of the hash of a question.
    """

    def __init__(
        self,
        address: str,
        key: str = '',
        limit: float = 120.0,
        tries: int = 6,
        wait: float = 1.0,
        longest_wait: float = 60.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.source = address
        self._key, self._without_key = key, Redactor(key)
        self._limit = limit
        self._tries, self._sleep = tries, sleep
        self._longest = longest_wait
        self._backoff = tenacity.wait_exponential_jitter(
            initial=wait, max=longest_wait, jitter=wait
        )
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        headers = {
            'Accept-Encoding': 'identity'
        }  # so that no reply unpacks to a huge size
        if self._key:
            headers['Authorization'] = f'Bearer {self._key}'
        self._client = httpx2.AsyncClient(
            headers=headers,
            timeout=None,  # `_try` has one limit for the whole try
            trust_env=False,
            limits=httpx2.Limits(max_connections=None),
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()

    async def ask(self, request: dict) -> Answer:
        """Asks a question.

        Args:
            request: The body: ``model``, ``messages`` and further settings.

        Raises:
            UnansweredError: This question has no answer.
            AskingError: No question can have an answer: the key or the address is
                wrong.
        """
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self._tries),
            wait=self._how_long,
            retry=tenacity.retry_if_exception_type(_PassingError),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return await retrying(self._try, request)
        except _PassingError as error:
            raise UnansweredError(f'{error} ({self._tries} tries)') from error

    def _how_long(self, state: tenacity.RetryCallState) -> float:
        asked = getattr(state.outcome.exception(), 'after', 0.0)
        return min(max(self._backoff(state), asked), self._longest)

    async def _try(self, request: dict) -> Answer:
        try:
            async with asyncio.timeout(self._limit):
                status, after, body = await self._send(request)
        except TimeoutError:
            raise _PassingError(f'no answer within {self._limit:g} s') from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            said = self._without_key(str(error)) or type(error).__name__
            raise _PassingError(f'the connection failed: {said}') from None
        if status == 200:
            return self._read(body)
        said = f'status {status}: {self._without_key(body)[:_SHOWN]!r}'
        if status in _AGAIN or status >= 500:
            raise _PassingError(said, after)
        if status in _REFUSING or status < 400:
            why = 'it redirects to another address, which is not followed'
            if status < 300:
                why = 'it accepts questions and gives no answer'
            why = _REFUSING.get(status, why)
            raise AskingError(f'{self.source}: {why} ({said}).')
        raise UnansweredError(said)

    async def _send(self, request: dict) -> tuple[int, float, str]:
        """Status, seconds to wait and text of a reply."""
        url = f'{self.source}/chat/completions'
        received = bytearray()
        async with self._client.stream('POST', url, json=request) as response:
            async for part in response.aiter_bytes():
                received += part
                if len(received) > _LONGEST:
                    raise _PassingError(f'the reply is longer than {_LONGEST} bytes')
            after = response.headers.get('Retry-After', '')
            seconds = float(after) if after.isascii() and after.isdecimal() else 0.0
            return response.status_code, seconds, received.decode(errors='replace')

    def _read(self, body: str) -> Answer:
        try:
            found = json.loads(body)
            choice = found['choices'][0]
            text = choice['message'].get('content') or ''
            if not isinstance(text, str):
                raise TypeError('content is no text')
            usage = found.get('usage') or {}
            tokens = (usage.get(f'{kind}_tokens') for kind in ('prompt', 'completion'))
            finish = self._clean(str(choice.get('finish_reason') or 'stop'))[:_SHOWN]
            return Answer(self._clean(text), finish, *map(_count, tokens))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise _PassingError('the reply is no chat completion') from None

    def _clean(self, text: str) -> str:
        """The text without the key, and without lone surrogates, so that it can be
        stored.
        """
        return self._without_key(text.encode(errors='replace').decode())


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else 0
