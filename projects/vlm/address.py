"""The address of a model: checked before use, and never with a secret in it."""

import os
import re
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from .errors import AskingError

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_HOST = re.compile(r'[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+')  # a name or number; or IPv6
_SHORTEST = 8  # characters; a shorter key is no secret
# This machine, and private networks [RFC 1122, 1918, 4193, 4291]. Addresses of a link,
# such as 169.254.169.254, where cloud machines give out secrets, do not belong here.
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
    """The address, checked, without a slash at its end.

    Args:
        address: Such as ``http://127.0.0.1:8000/v1``.

    Raises:
        AskingError: The text is not an address, or may hold a secret. The message does
            not repeat the address.
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
    # An address that two parsers could read differently is refused.
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
    """True if an address belongs to this machine or to a private network.

    Names other than ``localhost`` count as foreign, even if they lead to a private
    address now: they may lead to another one later.
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
    """The key in an environment variable.

    Args:
        name: Name of the variable; None for the default variable, which may be absent.
        address: Address that the key would be sent to.
        default: Name of the default variable.

    Returns:
        The key; empty if there is none.

    Raises:
        AskingError: The name is not valid, there is no such variable, the key cannot be
            sent, or it would be sent unencrypted to another machine. No message holds
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
    """Checks that the packages for questions over HTTP are installed.

    Raises:
        AskingError: A package is absent; the message says how to install it.
    """
    missing = [each for each in ('httpx2', 'tenacity') if find_spec(each) is None]
    if missing:
        raise AskingError(
            f"an address needs the package {missing[0]}: pip install -e '.[vlm]'"
        )


class Redactor:
    """Removes a key from the text of a server, in every way of writing it.

    A server may send a request back, and JSON, addresses and HTML have several ways to
    write a character. A key of fewer than eight characters is no secret, and could be
    part of any word; local servers ask for such a key and do not check it.

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
        """The text with ``[key]`` instead of the key."""
        return self._key.sub('[key]', text) if self._key else text
