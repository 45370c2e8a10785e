"""Archive of the results of finished trainings, to write pages without training."""

import io
import json
import tarfile
from pathlib import Path

from tgdfer_mm.files import replacing, write_text

from .train import RESULT

_KEPT = (
    'clip',
    'label',
    'pred',
    'score',
    'damaged',
)  # the columns of a clip that the tables need
# A model without parts has no parts.json.
_FILES = ('parts.json', 'predictions.meta.json', 'predictions.jsonl', RESULT)


def pack_finished(root: Path, file: Path) -> int:
    """Writes the results of an experiment's finished trainings, without weights.

    It keeps the label and the scores of each test clip, rounded to four digits.

    Args:
        root: Folder of the experiment.
        file: Archive to write, ``*.tar.xz``.

    Returns:
        Number of trainings.
    """
    folders = sorted(path.parent for path in (root / 'jobs').glob(f'*/*/*/{RESULT}'))
    with (
        replacing(file) as temporary,
        tarfile.open(temporary, 'w:xz', preset=6) as archive,
    ):
        for folder in folders:
            name = folder.relative_to(root).as_posix()
            there = [file for file in _FILES if (folder / file).is_file()]
            texts = {f: (folder / f).read_text(encoding='utf-8') for f in there}
            meta = json.loads(texts['predictions.meta.json'])
            meta.pop('sha256', None)  # of the lines as they were
            texts['predictions.meta.json'] = json.dumps(meta)
            lines = texts['predictions.jsonl'].splitlines()
            texts['predictions.jsonl'] = ''.join(map(_short, lines))
            for (
                key,
                text,
            ) in texts.items():  # the result comes last: it marks a complete training
                content = text.encode()
                entry = tarfile.TarInfo(f'{name}/{key}')  # no time, no owner
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return len(folders)


def unpack_finished(file: Path, root: Path) -> int:
    """Adds the trainings of an archive to an experiment; existing ones are kept.

    Args:
        file: Archive of :func:`pack_finished`.
        root: Folder of the experiment.

    Returns:
        Number of trainings that were added.

    Raises:
        ValueError: The file is not such an archive.
    """
    added = set()
    try:
        with tarfile.open(file, 'r:xz') as archive:
            for entry in archive:
                parts = Path(entry.name).parts
                known = len(parts) == 5 and parts[0] == 'jobs' and '..' not in parts
                if not (entry.isfile() and known):
                    raise ValueError(f'{file}: {entry.name} is no file of a training')
                folder = root.joinpath(*parts[:-1])
                if folder not in added and (folder / RESULT).is_file():
                    continue
                added.add(folder)
                text = archive.extractfile(entry).read().decode('utf-8')
                write_text(folder / parts[-1], text)
    except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f'{file} is no archive of trainings: {error}') from error
    return len(added)


def _short(text: str) -> str:
    line = json.loads(text)
    line = {key: line[key] for key in _KEPT}
    line['score'] = [round(value, 4) for value in line['score']]
    return json.dumps(line) + '\n'
