"""Keeps other web pages from using this one through the user's browser."""

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import LOCAL
from .sentences import say

_FILE = Path(__file__).parent / 'page' / 'headers.json'
_HEADERS = json.loads(_FILE.read_text(encoding='utf-8'))
# A page of results may show only text and its own pictures.
REPORT_HEADERS = _HEADERS['a page of results']


class Guard:
    """Refuses requests that do not come from the page itself.

    A foreign page that lets its own name lead to this machine (DNS rebinding) sends
    that name as `Host`. One that posts here sends its own `Origin`. Both are refused. A
    change without the header that only the page's script sets is refused, too.

    Args:
        app: The application to guard.
        hosts: Host names under which a browser may open the page.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = LOCAL) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope['method'], Headers(scope=scope))
        app = JSONResponse({'error': problem}, 403) if problem else self._app

        async def send_guarded(message: Message) -> None:
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS['every answer'].items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_guarded)

    def _problem(self, method: str, headers: Headers) -> str | None:
        host = headers.get('host', '')
        if _name(f'//{host}') not in self._hosts:
            return say('unknown host', host=host or '(no host)')
        if method in ('GET', 'HEAD'):
            return None
        origin = headers.get('origin')
        if origin is not None and _place(origin) != host.lower():
            return say('not the page')
        if 'x-tgdfer' not in headers:
            return say('no header')
        return None


def _name(url: str) -> str:
    # A host is a name and a port; anything more would be a user, a path or a query.
    if set(url[2:]) & set('@/\\?#'):
        return ''
    try:
        return (urlsplit(url).hostname or '').lower()
    except ValueError:
        return ''


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as half an address in brackets
        return ''
