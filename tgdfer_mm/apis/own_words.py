"""Classes in words of the user, which replace those of a model."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

from ..labels.expression_names import same_expression
from ..models.text import OpenCLIPText, load_descriptions
from ..models.text.other_texts import learned_for_classes, with_texts
from ..registry import MODELS
from ..video.settings import VideoSettings
from .loaded_model import LoadedModel
from .phrasings import FILE, WordsError, check_each_once, read_file, read_phrasings

MOST_CLASSES = 64

Texts = str | Path | Mapping[str, Sequence[str]] | Sequence[str]


def read_words(source: Texts) -> dict[str, list[str]]:
    """Reads classes and their texts.

    Args:
        source: One text for each class, which is also its name. Several phrasings of a
            class have ``|`` between them; the first one is the name. Or a source of
            :func:`load_descriptions`: the path of a JSON file, the name of a shipped
            one, or a dict from class to texts. A list with one entry is such a path.

    Raises:
        WordsError: It is none of those, has fewer than two classes, or has one twice.
    """
    try:
        if isinstance(source, str | Path):
            texts = read_file(source)
        elif isinstance(source, Mapping):
            texts = load_descriptions(source)
        elif len(source) == 1:
            texts = read_file(source[0])
        else:
            texts = _of_lines(source)
    except (ValueError, TypeError) as err:
        raise WordsError(f'texts: {err}') from err
    if not 2 <= len(texts) <= MOST_CLASSES:
        raise WordsError(
            f'texts: {len(texts)} classes, but a model needs 2 to {MOST_CLASSES}, to '
            'tell which fits best'
        )
    return {name: list(options) for name, options in texts.items()}


def _of_lines(source: Sequence[str]) -> dict[str, list[str]]:
    lines = []
    for each in source:
        if not isinstance(each, str):
            raise WordsError(f'{each!r} is not a text')
        if each.endswith(FILE):
            raise WordsError(f'{each!r} is a file: give one file alone, or only texts')
        lines.append(read_phrasings(each))
    check_each_once([options[0] for options in lines])
    return {options[0]: options for options in lines}


def with_own_words(loaded: LoadedModel, source: Texts) -> LoadedModel:
    """A model for other classes; it shares all other parts with the first one.

    Args:
        loaded: A model with a text tower; it stays as it is.
        source: See :func:`read_words`.

    Raises:
        WordsError: The texts cannot be read, the tower lacks words of them, one is too
            long, or the model cannot follow texts.
    """
    texts = read_words(source)
    old = getattr(loaded.model, 'text_encoder', None)
    name = loaded.about['name']
    if not isinstance(old, OpenCLIPText):
        raise WordsError(
            f'the model {name} has no text tower, so its classes cannot be changed: '
            f'{", ".join(loaded.classes)}. Take a model with a text tower, such as '
            'clip'
        )
    bound = _bound_weights(loaded)
    if bound:
        raise WordsError(
            f'the model {name} has weights for each of its trained classes '
            f'({", ".join(bound)}), which no text can replace. Take a model that '
            'judges by texts alone, such as clip'
        )
    try:
        encoder = with_texts(old, texts)
    except ValueError as err:
        raise WordsError(f'texts: {err}') from err
    network = copy(loaded.model)
    network._modules = dict(loaded.model._modules)
    network._modules['text_encoder'] = encoder.eval()
    head = network._modules['cls_head'] = copy(loaded.model.cls_head)
    head.num_classes = len(texts)
    said = [loaded.about['note'], _said(loaded, old)]
    about = loaded.about | dict(
        classes=list(texts),
        texts=texts,
        zero_shot=True,
        note=' '.join(filter(None, said)),
        calibration=None,  # which belonged to the trained classes
    )
    trained = {k: v for k, v in loaded.trained.items() if k != 'calibration'}
    return replace(loaded, model=network, about=about, trained=trained)


def with_rest(
    settings: VideoSettings, rest: str | None, classes: Sequence[str]
) -> VideoSettings:
    """Settings in which a class is the face at rest, which gets no intervals.

    Args:
        settings: Settings of a video.
        rest: Name of the class; None leaves the settings as they are.
        classes: Names of the model's classes.

    Raises:
        WordsError: It is none of the classes.
    """
    if rest is None:
        return settings
    neutral = find_rest(rest, classes)
    return settings.updated(dict(intervals=dict(neutral=neutral)))


def rest_said(settings: VideoSettings, classes: Sequence[str]) -> str:
    """A sentence that names the class of the face at rest."""
    meant = same_expression(settings.intervals.neutral)
    for each in classes:
        if same_expression(each) == meant:
            return f'The class {each!r} is the face at rest and gets no intervals.'
    return 'No class is named as the face at rest, so each class gets intervals.'


def find_rest(rest: str, classes: Iterable[str]) -> str:
    """The class that a user calls the face at rest.

    Raises:
        WordsError: It is none of the classes.
    """
    meant = same_expression(rest.strip())
    for each in classes:
        if same_expression(each) == meant:
            return each
    raise WordsError(
        f'rest: {rest!r} is not one of the classes. These are {", ".join(classes)}'
    )


def _bound_weights(loaded: LoadedModel) -> list[str]:
    """Names of the head's weights whose size depends on the number of classes."""
    config = dict(loaded.cfg.model.cls_head)
    count = len(loaded.classes)
    if config.get('num_classes') != count:
        return []
    other = MODELS.build(config | dict(num_classes=count + 1)).state_dict()
    own = loaded.model.cls_head.state_dict()
    return [
        f'cls_head.{name}'
        for name, value in own.items()
        if name in other and value.shape != other[name].shape
    ]


def _said(loaded: LoadedModel, encoder: OpenCLIPText) -> str:
    said = 'Its classes are words of the user. It was not trained for these words.'
    if learned_for_classes(encoder):
        said += (
            ' Its trained prompts (text_encoder.context) belong to '
            f'{", ".join(loaded.classes)} and are not used.'
        )
    return said
