"""Which frames may be sent to which address."""

import json
from functools import cache
from pathlib import Path

from .address import is_local
from .errors import AskingError

LOCAL_WORD = '--frames-stay-on-my-machines'
OWN_WORD = '--own-frames'


def check_terms(
    name: str, address: str, local_word: bool = False, own_word: bool = False
) -> str:
    """Refuses to send frames that must not leave.

    Args:
        name: Of the data set, as its class says it.
        address: Where the frames would go.
        local_word: The user says that a local address is of machines on which the
            terms let the frames be. It does nothing for other addresses.
        own_word: The user says that frames of a data set without known terms, such
            as their own clips, may leave. It does nothing for known ones.

    Returns:
        Why the frames may be sent, for the report.

    Raises:
        AskingError: They may not; says what would help.
    """
    known = _find(name)
    if known is not None and known['may_leave']:
        return known['why']
    if is_local(address) and local_word:
        return f'a local address, by {LOCAL_WORD}'
    if known is None and own_word:
        return f'terms are not known here; by {OWN_WORD}'
    why = 'its terms are not known here' if known is None else known['why']
    words = [f'{LOCAL_WORD} for a server on your own machines'] * is_local(address)
    words += [f'{OWN_WORD} if you have the right to send them'] * (known is None)
    raise AskingError(
        f'Frames of {name} are not sent to {address}: {why}. '
        + (f'Add {", or ".join(words)}.' if words else 'Use a model on your machine.')
    )


def _find(name: str) -> dict | None:
    """The row of a data set; drawn ones have their level in the name."""
    rows = _table()
    return rows.get(name) or rows.get(name.split(' ')[0])


@cache
def _table() -> dict[str, dict]:
    path = Path(__file__).with_name('terms.json')
    return json.loads(path.read_text(encoding='utf-8'))['data_sets']
