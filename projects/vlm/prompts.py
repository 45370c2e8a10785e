"""Prompt files: the questions as data, with a version and a hash."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tgdfer_mm.files import DamagedFileError, read_json

from .errors import AskingError

FOLDER = Path(__file__).parent / 'prompts'
_TEXTS = ('system', 'question', 'about_person')


@dataclass(frozen=True)
class Prompt:
    """The question about each clip.

    Attributes:
        name: Name of the file.
        version: Number that its author raises with every change.
        digest: SHA-256 of the file.
        system: The first message.
        question: Text with ``{frames}`` (their number) to be filled in, and
            ``{classes}`` if it asks for one class.
        about_person: Added where one of several people is asked about; ``{person}``.
        synonyms: Further names of classes that count in a reply.
        about: Further entries of the file, such as the name of its data set.
    """

    name: str
    version: int
    digest: str
    system: str
    question: str
    about_person: str
    synonyms: dict[str, list[str]]
    about: dict

    def fill(self, classes: tuple[str, ...], frames: int, person: int | None) -> str:
        """The question in words.

        Args:
            classes: The names to choose from.
            frames: Number of pictures in the question.
            person: Number of the person it is about; None if the clip shows only one
                person.
        """
        text = self.question.replace('{classes}', ', '.join(classes))
        text = text.replace('{frames}', str(frames))
        if person is not None:
            text += ' ' + self.about_person.replace('{person}', str(person))
        return text


def read_prompt(name: str | Path, any_words: bool = False) -> Prompt:
    """Reads a prompt file.

    Args:
        name: A file of ``prompts/`` without its ending, such as ``dfew``; or a path.
        any_words: True if the file has to ask for any words, not for one of the
            classes.

    Raises:
        AskingError: There is no such file, or a key is absent or wrong; the message
            names it.
    """
    path = Path(name)
    if path.suffix != '.json':
        path = FOLDER / f'{name}.json'
    if not path.is_file():
        known = sorted(each.stem for each in FOLDER.glob('*.json'))
        raise AskingError(f'{path}: no such prompt file; there are {known}.')
    try:
        found = read_json(path, 'version', *_TEXTS)
    except DamagedFileError as error:
        raise AskingError(str(error)) from error
    wrong = [key for key in _TEXTS if not isinstance(found[key], str)]
    if type(found['version']) is not int:
        wrong.append('version')
    synonyms = found.get('synonyms', {})
    if not isinstance(synonyms, dict) or not all(
        isinstance(words, list) and all(isinstance(word, str) for word in words)
        for words in synonyms.values()
    ):
        wrong.append('synonyms')
    if wrong:
        raise AskingError(f'{path}: {wrong[0]!r} has another form than it should.')
    if any_words and '{classes}' in found['question']:
        raise AskingError(
            f"{path}: 'question' has {{classes}}, and --open asks for any words."
        )
    if not any_words and '{classes}' not in found['question']:
        raise AskingError(f"{path}: 'question' needs {{classes}}, the names to choose.")
    return Prompt(
        name=path.stem,
        version=found['version'],
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        synonyms=synonyms,
        about={k: v for k, v in found.items() if k not in (*_TEXTS, 'synonyms')},
        **{key: found[key] for key in _TEXTS},
    )


def prompt_for(name: str) -> str:
    """Name of a data set's prompt file, by the name of its class; ``any`` if it has
    none.
    """
    for path in sorted(FOLDER.glob('*.json')):
        known = read_json(path).get('data_set')
        if known is not None and name.split(' ')[0] == known:
            return path.stem
    return 'any'
