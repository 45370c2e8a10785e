"""Reads words of a user: names with their phrasings, or a file of them."""

from collections.abc import Sequence
from pathlib import Path

from ..models.text import load_descriptions
from ..models.text.descriptions import NoDescriptionsError
from ..video.errors import UsageError

SEVERAL = '|'  # between the phrasings of one thing
FILE = '.json'  # ending of a file of texts


class WordsError(UsageError):
    """Words of the user that cannot be used."""


def read_phrasings(text: str) -> list[str]:
    """The phrasings of one thing, of which the first is its name.

    Raises:
        WordsError: One of them has no words.
    """
    found = [part.strip() for part in text.split(SEVERAL)]
    if not all(found):
        raise WordsError(f'{text!r} has no words, or none on a side of "{SEVERAL}"')
    return found


def check_each_once(names: Sequence[str]) -> None:
    """Checks that no name is there twice.

    Raises:
        WordsError: A name is there twice; the message has it.
    """
    seen = set()
    for name in names:
        if name in seen:
            raise WordsError(f'{name!r} is there twice; each text is to be given once')
        seen.add(name)


def read_file(name: str | Path) -> dict[str, list[str]]:
    """The classes of a file and their texts, see :func:`load_descriptions`.

    Raises:
        WordsError: There is no such file, or it lacks an entry.
    """
    try:
        return load_descriptions(str(name))
    except NoDescriptionsError as err:
        said = f'there is no file {str(name)!r} of classes and their texts'
        if not str(name).endswith(FILE):
            said = (
                f'{str(name)!r} alone cannot be compared with anything: give two texts '
                'or more, or one JSON file of classes and their texts'
            )
        raise WordsError(said) from err
    except (ValueError, OSError) as err:
        raise WordsError(str(err)) from err
