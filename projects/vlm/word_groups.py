"""Groups of words with the same meaning, from a file or by a text tower."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tgdfer_mm.evaluation.open_vocabulary import own_group, read_groups
from tgdfer_mm.files import file_hash
from tgdfer_mm.labels.replies import plain_word

from .errors import AskingError


@dataclass(frozen=True)
class Groups:
    """Groups of words.

    Attributes:
        name: Their origin, for the report.
        of: Function that gives the group of a word.
    """

    name: str
    of: Callable[[str], str]


def find_groups(path: Path | None, model: str | None, classes: Sequence[str]) -> Groups:
    """The groups that the user chose; by default those of ``open_words.json``.

    Args:
        path: A file of the same form.
        model: A model with a text tower, as ``tgdfer texts --model`` takes it.
        classes: Classes of the data set, for the tower.

    Raises:
        AskingError: The model has no text tower.
        DamagedFileError: The file has another form.
    """
    if model is not None:
        return Groups(f'texts of {model}', _tower_groups(model, tuple(classes)))
    if path is not None:
        of = read_groups(path)
        return Groups(f'{path.name} {file_hash(path)[:16]}', of)
    return Groups('open_words.json', own_group)


@cache  # loaded once for all folds of a data set
def _tower_groups(model: str, classes: tuple[str, ...]) -> Callable[[str], str]:
    from tgdfer_mm.apis.model_loading import load_model
    from tgdfer_mm.apis.phrasings import WordsError
    from tgdfer_mm.video.errors import InputError

    try:
        loaded = load_model(model)
        return nearest_class(loaded, classes)
    except (InputError, WordsError) as error:
        raise AskingError(f'--groups-by {model}: {error}') from error


def nearest_class(loaded, classes: Sequence[str]) -> Callable[[str], str]:
    """A function that returns, for each word, the class with the nearest name.

    Every word has a nearest class, even if it means none of them: it lowers the
    precision only if that class is wrong [choice]. A word that the tower cannot read is
    a group by itself.

    Args:
        loaded: A model with a text tower.
        classes: Their names are the texts.

    Raises:
        WordsError: The model has no text tower, or cannot read the classes.
    """
    from tgdfer_mm.apis.near_texts import compare_texts
    from tgdfer_mm.apis.phrasings import WordsError

    names = {plain_word(name): name for name in classes}
    texts = {name: [name.replace('_', ' ')] for name in classes}
    compare_texts(loaded, texts)  # an error of the model shows here

    @cache
    def nearest(word: str) -> str:
        word = plain_word(word)
        if word in names:
            return names[word]
        try:
            _, cosines = compare_texts(loaded, {**texts, word: [word]})
        except WordsError:
            return word
        return classes[int(cosines[-1, :-1].argmax())]

    return nearest
