"""Fetches one file: goes on after a stop, checks it, writes it whole or not at all."""

import hashlib
import ipaddress
import os
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from ..files import file_hash
from ..version import __version__
from ..video.errors import InputError, OutputError, UsageError

_CHUNK = 1 << 18
_TIMEOUT = 30.0  # seconds without an answer


@dataclass(frozen=True)
class Check:
    """Known facts about a file before it is fetched.

    Attributes:
        sha256: Its hash.
        git_blob: The SHA-1 under which git keeps it, which its repository states.
        bytes: Its size.
    """

    sha256: str | None = None
    git_blob: str | None = None
    bytes: int | None = None

    def problem(self, path: Path) -> str | None:
        """The fault of a file; None if it is the expected one."""
        size = path.stat().st_size
        if self.bytes is not None and size != self.bytes:
            return f'it has {size:,} bytes, not {self.bytes:,}'
        if self.sha256 is not None and (found := file_hash(path)) != self.sha256:
            return f'its SHA-256 is {found}, not {self.sha256}'
        if self.git_blob is not None:
            found = _git_blob(path, size)
            if found != self.git_blob:
                return f'its hash in git is {found}, not {self.git_blob}'
        return None


def download(
    url: str,
    path: Path,
    check: Check,
    progress: Callable[[int, int | None], None] = lambda have, total: None,
) -> None:
    """Fetches a file.

    The part that has arrived stays in ``<name>.part``, and another call goes on from
    there.

    Args:
        url: ``https``, or ``http`` of this machine.
        path: Path of the file, written when it is complete and checked.
        check: Facts that the file must have.
        progress: Called with the bytes so far and the bytes in all.

    Raises:
        UsageError: The URL is not safe.
        InputError: The host cannot be reached or has no such file, the transfer broke
            off, or another file arrived.
        OutputError: The file cannot be written.
    """
    part = path.with_name(f'{path.name}.part')
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        if not _is_whole(part, check):
            _transfer(url, part, check.bytes, progress)
        problem = check.problem(part)
        if problem is not None:
            part.unlink()
            raise InputError(
                f'{url}: this is not the expected file: {problem}. It was '
                'removed. Try again; if that fails, the host now has another file'
            )
        os.replace(part, path)
    except (InputError, UsageError):
        raise
    except OSError as err:
        raise OutputError(f'{path}: cannot be written ({err.strerror or err})') from err


def _is_whole(part: Path, check: Check) -> bool:
    known = check.bytes is not None
    return known and part.is_file() and part.stat().st_size >= check.bytes


def _transfer(url: str, part: Path, most: int | None, progress: Callable) -> None:
    have = part.stat().st_size if part.is_file() else 0
    headers = {'User-Agent': f'tgdfer_mm/{__version__}', 'Accept-Encoding': 'identity'}
    if have:
        headers['Range'] = f'bytes={have}-'
    try:
        with _ask(url, headers) as got:
            resumed = got.status == 206 and _starts_at(got) == have
            if have and not resumed:
                have = 0  # the host starts again
            total = _length(got, have)
            with part.open('ab' if resumed else 'wb') as file:
                for chunk in _chunks(got, url):
                    file.write(chunk)
                    have += len(chunk)
                    progress(have, total)
                    if most is not None and have > most:
                        return  # a host may send without end; the check finds it
                file.flush()
                os.fsync(file.fileno())
    except HTTPError as err:
        if err.code == 416 and have:
            return  # the file is complete already; the check tells if it is right
        raise InputError(
            f'{url}: the host answered {err.code} ({err.reason}). If the file has '
            'moved, fetch it by hand and give it with --file'
        ) from err
    except _Unanswered as err:
        raise InputError(
            f'{url}: the host cannot be reached ({err}). Try again, or fetch the file '
            'on another machine and give it with --file'
        ) from err
    if total is not None and have < total:
        raise InputError(_broken_off(url, have, total))


class _Unanswered(Exception):
    """A host that does not answer."""


def _ask(url: str, headers: dict[str, str]) -> HTTPResponse:
    opener = _opener(url)
    try:
        return opener.open(Request(url, headers=headers), timeout=_TIMEOUT)
    except (HTTPError, UsageError):
        raise
    # After the request is sent, urllib passes other errors on.
    except (URLError, HTTPException, OSError, ValueError) as err:
        raise _Unanswered(getattr(err, 'reason', None) or err) from err


def _chunks(got: HTTPResponse, url: str):
    try:
        while chunk := got.read(_CHUNK):
            yield chunk
    except (HTTPException, OSError) as err:
        raise InputError(f'{_broken_off(url)} ({type(err).__name__})') from err


def _broken_off(url: str, have: int | None = None, total: int | None = None) -> str:
    much = '' if have is None else f' after {have:,} of {total:,} bytes'
    return f'{url}: the transfer was interrupted{much}. Run it again: it goes on there'


def _starts_at(got: HTTPResponse) -> int | None:
    """The place where the sent part begins."""
    kind, _, rest = (got.headers.get('Content-Range') or '').partition(' ')
    start = rest.partition('-')[0]
    return _number(start) if kind == 'bytes' else None


def _length(got: HTTPResponse, have: int) -> int | None:
    length = _number(got.headers.get('Content-Length') or '')
    return None if length is None else have + length


def _number(text: str) -> int | None:
    # Python refuses to convert a number of thousands of digits.
    return int(text) if text.isdecimal() and len(text) < 20 else None


class _SafeRedirects(HTTPRedirectHandler):
    def redirect_request(self, request, file, code, message, headers, url):
        _require_safe(url)
        here = _is_this_machine(request.full_url)
        if urlsplit(url).scheme != 'https' and not here:
            raise UsageError(
                f'{request.full_url} redirects to {url}, a request to this '
                'machine without https, which is refused'
            )
        return super().redirect_request(request, file, code, message, headers, url)


def _opener(url: str) -> OpenerDirector:
    _require_safe(url)
    handlers = [_SafeRedirects()]
    if _is_this_machine(url):
        handlers.append(ProxyHandler({}))
    return build_opener(*handlers)


def _require_safe(url: str) -> None:
    scheme = urlsplit(url).scheme
    if scheme != 'https' and not (scheme == 'http' and _is_this_machine(url)):
        raise UsageError(f'{url}: models are fetched by https only')


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ''
    try:
        return host == 'localhost' or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _git_blob(path: Path, size: int) -> str:
    digest = hashlib.sha1(f'blob {size}\0'.encode())
    with path.open('rb') as file:
        return hashlib.file_digest(file, lambda: digest).hexdigest()
