"""Asks about clips that are numbers, in a process that a test can kill.

python projects/vlm/tests/ask_numbers.py ADDRESS FILE
"""

import asyncio
import sys
from pathlib import Path
from types import ModuleType

if __name__ == '__main__':
    sys.path.insert(0, root := str(Path(__file__).parents[3]))
    # Importing the whole package takes seconds; one module of it is needed here.
    sys.modules['tgdfer_mm'] = ModuleType('tgdfer_mm')
    sys.modules['tgdfer_mm'].__path__ = [f'{root}/tgdfer_mm']

from projects.vlm.answers import AnswerStore
from projects.vlm.asking import Asker, Dialogue, Outcome
from projects.vlm.http_model import HTTPModel

COUNT = 500
PARALLEL = 25
LIMIT = 300.0  # seconds of one try; a test ends earlier


def number_dialogue(i: int) -> Dialogue:
    """The question about clip i."""
    return Dialogue(dict(model='m'), [dict(role='user', content=f'clip {i}')])


async def at_once(seconds: float) -> None:
    """Does not wait, so that tests are quick."""
    await asyncio.sleep(0)


def ask(address: str, path: str | Path) -> dict[int, Outcome]:
    """Asks about all clips."""
    outcomes: dict[int, Outcome] = {}
    store = AnswerStore(path)
    model = HTTPModel(address, limit=LIMIT, sleep=at_once)
    try:
        Asker(model, store, PARALLEL).run(COUNT, number_dialogue, outcomes.__setitem__)
    finally:
        store.close()
    return outcomes


if __name__ == '__main__':
    ask(sys.argv[1], sys.argv[2])
