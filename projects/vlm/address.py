"""Where questions go: checked before anything is sent, and without a secret in it."""

import os
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from .errors import AskingError

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')


def check_address(address: str) -> str:
    """An address as it is used: no slash at its end.

    Args:
        address: Such as ``http://127.0.0.1:8000/v1``.

    Raises:
        AskingError: It is no address, or holds what may be a secret. The message does
            not repeat it.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, None
    if not host or parts.scheme not in ('http', 'https'):
        raise AskingError(
            '--address: give http:// or https://, a host and a path, such as '
            'http://127.0.0.1:8000/v1.'
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AskingError(
            '--address: leave out user, password, query and fragment; a key comes from '
            'an environment variable (--key-from).'
        )
    return address.rstrip('/')


def is_local(address: str) -> bool:
    """Whether an address is of this machine or of a private network.

    Names other than ``localhost`` count as foreign: where they lead is not known.
    """
    host = urlsplit(address).hostname or ''
    if host == 'localhost':
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or (found.is_private and not found.is_unspecified)


def read_key(name: str, address: str) -> str | None:
    """The key of an environment variable.

    Args:
        name: Of the variable.
        address: Where it would be sent.

    Returns:
        The key; None if there is no such variable.

    Raises:
        AskingError: The name is none, the key cannot be sent, or would be sent
            unencrypted to another machine. No message holds the key.
    """
    if not _NAME.fullmatch(name):
        raise AskingError(
            '--key-from: give the name of an environment variable, not the key itself.'
        )
    key = os.environ.get(name)
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or ' ' in key:
        raise AskingError(f'${name}: a key has printable characters and no space.')
    if address.startswith('http://') and not is_local(address):
        raise AskingError(f'${name} would go over http:// unencrypted; use https://.')
    return key
