"""Permission to send frames of a data set to an address."""

import json
from functools import cache
from pathlib import Path

from .address import is_local
from .errors import AskingError

LOCAL_WORD = '--frames-stay-on-my-machines'
OWN_WORD = '--own-frames'
_INSTEAD = (
    'Use a model on your machines: a folder (--local), or a server by its private IP '
    'address, since a name may lead anywhere.'
)


def check_terms(
    kind: str,
    name: str,
    address: str,
    local_word: bool = False,
    own_word: bool = False,
) -> str:
    """Refuses to send frames whose terms forbid it.

    Args:
        kind: Name of the data set's class, which decides the terms.
        name: Name of the data set itself. A folder of own clips may have any name, so a
            name allows nothing; the name of a licensed data set forbids sending.
        address: Address that the frames would be sent to.
        local_word: True if the user states that a local address belongs to machines on
            which the terms allow the frames. It has no effect for other addresses.
        own_word: True if the user states that frames of a data set without known terms,
            such as own clips, may be sent. It has no effect for known data sets.

    Returns:
        The reason why the frames may be sent, for the report.

    Raises:
        AskingError: The frames may not be sent; the message says what would help.
    """
    known = _find(kind, name)
    if known is not None and known['may_leave']:
        return known['why']
    if is_local(address) and local_word:
        return f'a local address, by {LOCAL_WORD}'
    if known is None and own_word:
        return f'terms are not known here; by {OWN_WORD}'
    why = known['why'] if known else 'its terms are not known here'
    words = [f'{LOCAL_WORD} for a server on your own machines'] * is_local(address)
    words += [f'{OWN_WORD} if you have the right to send them'] * (known is None)
    raise AskingError(
        f'Frames of {name} are not sent to {address}: {why}. '
        + (f'Add {", or ".join(words)}.' if words else _INSTEAD)
    )


def _find(kind: str, name: str) -> dict | None:
    """The row of a data set, or of the licensed one that a folder is named after."""
    rows = _table()
    named = rows.get(name.split(' ')[0])
    licensed = named is not None and not named['may_leave']
    return rows.get(kind) or (named if licensed else None)


@cache
def _table() -> dict[str, dict]:
    path = Path(__file__).with_name('terms.json')
    return json.loads(path.read_text(encoding='utf-8'))['data_sets']
