"""Survey of all models of open_clip, one at a time, each in its own process."""

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path

from tgdfer_mm.files import read_json, write_text

from .look import LIMIT, look_at, name_facts

PACKAGES = ('open_clip_torch', 'timm', 'torch')
TOWERS = ('image', 'text')


def versions() -> dict[str, str]:
    """Versions of the packages that build towers."""
    return {name: version(name) for name in PACKAGES}


def read_survey(path: Path) -> dict:
    """The results of a survey: ``versions``, and ``rows`` by name.

    Without a file, or if it belongs to other versions, there are no rows yet.

    Args:
        path: JSON file.
    """
    empty = dict(versions=versions(), rows={})
    found = read_json(path, 'versions', 'rows') if path.is_file() else empty
    return found if found['versions'] == versions() else empty


def is_done(row: dict | None, limit: int = LIMIT) -> bool:
    """True if a row is complete.

    A failed tower is not complete, nor is a small tower that was built but not run.
    """
    if row is None:
        return False
    return all(
        row[tower]['state'] != 'failed'
        and (row[tower]['state'] != 'built' or row[tower]['parameters'] >= limit)
        for tower in TOWERS
    )


def survey(
    names: Iterable[str],
    path: Path,
    limit: int = LIMIT,
    seconds: float = 600,
    report: Callable[[str], None] = print,
) -> dict:
    """Looks at models, small ones first, and notes each in a file.

    Args:
        names: Names in ``open_clip.list_models()``.
        path: JSON file of :func:`read_survey`, written after each model.
        limit: Number of parameters; towers with as many or more are only built.
        seconds: Longest time for one model.
        report: Called with a line for each model.

    Returns:
        The content of the file.
    """
    found = read_survey(path)
    missing = [name for name in names if not is_done(found['rows'].get(name), limit)]
    for name in sorted(missing, key=lambda name: _size(found['rows'].get(name))):
        start = time.monotonic()
        before = found['rows'].get(name)
        row = _apart(name, limit, seconds)
        found['rows'][name] = _kept(before, row)
        found['rows'] = dict(sorted(found['rows'].items(), key=_alphabet))
        write_text(path, json.dumps(found, indent=1) + '\n')
        states = ', '.join(f'{tower} {row[tower]["state"]}' for tower in TOWERS)
        report(f'{name}: {states}, {time.monotonic() - start:.0f} s')
    return found


def _kept(before: dict | None, row: dict) -> dict:
    """A tower that was built before and now took too long stays built."""
    if before is None:
        return row
    return row | {
        tower: before[tower]
        for tower in TOWERS
        if row[tower]['state'] == 'failed' and before[tower]['state'] == 'built'
    }


def _alphabet(item: tuple[str, dict]) -> str:
    return item[0].lower()


def _size(row: dict | None) -> int:
    return sum(row[t].get('parameters', 0) for t in TOWERS) if row else 0


def _apart(name: str, limit: int, seconds: float) -> dict:
    """The row of a model from a process that ends, so that its memory is given back."""
    context = multiprocessing.get_context('fork')  # imports take longer than models
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(theirs, name, limit))
    process.start()
    theirs.close()
    try:
        if ours.poll(seconds):
            return ours.recv()
        why = f'it took longer than {seconds:g} s'
    except EOFError:
        process.join()
        why = f'its process ended with exit code {process.exitcode}'
    finally:
        process.kill()
        process.join()
        ours.close()
    failed = dict(state='failed', why=why)
    return {**name_facts(name), **{tower: failed for tower in TOWERS}}


def _tell(connection: Connection, name: str, limit: int) -> None:
    connection.send(look_at(name, limit))
