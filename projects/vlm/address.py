"""Where questions go: checked before anything is sent, and without a secret in it."""

import os
import re
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from .errors import AskingError

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_HOST = re.compile(r'[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+')  # a name or number; or IPv6
_SHORTEST = 8  # characters of a key that is a secret
# This machine, and private networks [RFC 1122, 1918, 4193, 4291]. Addresses of a link,
# such as 169.254.169.254 where clouds tell secrets, are none of them.
_LOCAL = tuple(
    map(
        ip_network,
        (
            *('127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'),
            *('::1/128', 'fc00::/7'),
        ),
    )
)


def check_address(address: str) -> str:
    """An address as it is used: no slash at its end.

    Args:
        address: Such as ``http://127.0.0.1:8000/v1``.

    Raises:
        AskingError: It is no address, or holds what may be a secret. The message does
            not repeat it.
    """
    if re.search(r'[@?#]', address):
        raise AskingError(
            '--address: leave out user, password, query and fragment; a key comes from '
            'an environment variable (--key-from).'
        )
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or '', parts.port
    except ValueError:
        host, port, parts = '', None, None
    # What two readers of addresses could understand differently is no address.
    plain = address.isascii() and address.isprintable() and not {*' \\'} & {*address}
    if (
        not plain
        or not _HOST.fullmatch(host)
        or port == 0
        or parts.scheme not in ('http', 'https')
    ):
        raise AskingError(
            '--address: give http:// or https://, a host and a path, such as '
            'http://127.0.0.1:8000/v1.'
        )
    return address.rstrip('/')


def is_local(address: str) -> bool:
    """Whether an address is of this machine or of a private network.

    Names other than ``localhost`` count as foreign, also those that lead to a private
    address now: where they lead later is not known.
    """
    host = urlsplit(address).hostname or ''
    if host == 'localhost':
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return any(found in network for network in _LOCAL)


def read_key(name: str | None, address: str, default: str = 'TGDFER_VLM_KEY') -> str:
    """The key of an environment variable.

    Args:
        name: Of the variable; None for the default one, which may be absent.
        address: Where it would be sent.
        default: The default one.

    Returns:
        The key; empty if there is none.

    Raises:
        AskingError: The name is none, there is no such variable, the key cannot be
            sent, or would be sent unencrypted to another machine. No message holds
            the key.
    """
    if name is not None and not (_NAME.fullmatch(name) and os.environ.get(name)):
        raise AskingError(
            '--key-from: give the name of an environment variable that holds the key, '
            'not the key itself. There is no variable of the name that was given.'
        )
    name = name or default
    key = os.environ.get(name, '')
    if not key:
        return ''
    if not key.isascii() or not key.isprintable() or ' ' in key:
        raise AskingError(f'${name}: a key has printable characters and no space.')
    if address.lower().startswith('http://') and not is_local(address):
        raise AskingError(f'${name} would go over http:// unencrypted; use https://.')
    if len(key) < _SHORTEST and not is_local(address):
        raise AskingError(f'${name}: a key has {_SHORTEST} characters or more.')
    return key


def need_packages() -> None:
    """Looks for what asking over HTTP needs.

    Raises:
        AskingError: A package is absent; says how to get it.
    """
    missing = [each for each in ('httpx2', 'tenacity') if find_spec(each) is None]
    if missing:
        raise AskingError(
            f"an address needs the package {missing[0]}: pip install -e '.[vlm]'"
        )


class Redactor:
    """Takes a key out of what a server says, however it is written there.

    A server may send back what it was sent, and JSON, addresses and HTML have several
    ways to write one character. A key of fewer than eight characters, which local
    servers ask for without checking it, is no secret: it could be part of any word.

    Args:
        key: The key; empty for none.
    """

    def __init__(self, key: str) -> None:
        parts = (
            rf'(?:\\?{re.escape(c)}|\\u{ord(c):04x}|%{ord(c):02x}|&#0*{ord(c)};'
            rf'|&#x0*{ord(c):x};)'
            for c in key
        )
        secret = len(key) >= _SHORTEST
        self._key = re.compile(''.join(parts), re.IGNORECASE) if secret else None

    def __call__(self, text: str) -> str:
        """The text with ``[key]`` in the place of the key."""
        return self._key.sub('[key]', text) if self._key else text
