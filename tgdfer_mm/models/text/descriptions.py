"""Class descriptions: data files that describe how each emotion looks."""

from collections.abc import Mapping
from pathlib import Path

from ...files import read_json
from ...labels.classes import load_classes

SHIPPED = Path(__file__).parent / 'descriptions'


class DescriptionsError(ValueError):
    """The texts of the classes cannot be used."""

    exit_code = 2  # of a command


class NoDescriptionsError(FileNotFoundError):
    """There is no file with the texts of the classes."""

    exit_code = 2


Source = str | dict[str, list[str]] | list[list]


def load_descriptions(
    source: Source, label_order: str | None = None
) -> dict[str, list[str]]:
    """Reads the descriptions of every class, in the label set's class order.

    Args:
        source: Name of a shipped file (``dfew``, ``ferv39k``, ``mafw``,
            ``mafw_compound``, ``synth``); path of a JSON file of the same form, whose
            ``label_set`` is a name, a path relative to that file's folder, or left out
            (the classes then have the order of the file); a list of pairs of a class
            and its texts, in the order of the classes; or a dict from class to texts.
            Prefer the list in a config: mmengine sorts the keys of a dict when it
            writes the config to a file.
        label_order: Name of another class order of the label set, the same as the data
            set's; for a file only.

    Raises:
        FileNotFoundError: If there is no such file.
        DescriptionsError: If a class of the label set has no text, a class is not in
            the label set, a text is empty, or the order is unknown.
    """
    if not isinstance(source, str):
        if label_order:
            raise DescriptionsError(
                f'label_order={label_order!r} is for descriptions from a file; leave '
                'it out, because a dict or a list of pairs has its own order.'
            )
        texts, where = _from_pairs(source), 'descriptions'
    else:
        shipped = SHIPPED / f'{source}.json'
        path = shipped if shipped.is_file() else Path(source).expanduser()
        if not path.is_file():
            names = ', '.join(sorted(p.stem for p in SHIPPED.glob('*.json')))
            raise NoDescriptionsError(
                f'descriptions={source!r} is neither a file nor a shipped one ({names})'
            )
        data, where = read_json(path, 'classes'), str(path)
        if not isinstance(data['classes'], dict):
            raise DescriptionsError(
                f'{where}: classes has to be an object with a list of texts for each '
                'class.'
            )
        texts = _in_label_order(data, where, label_order)
    for name, options in texts.items():
        if not (isinstance(name, str) and name.strip()):
            raise DescriptionsError(
                f'{where}: {name!r} is not a name of a class; write text'
            )
        if not _are_texts(options):
            raise DescriptionsError(
                f'{where}: class {name!r} needs a list of non-empty texts'
            )
    return texts


def _from_pairs(source: dict | list) -> dict[str, list[str]]:
    if isinstance(source, Mapping):
        return dict(source)
    pairs = isinstance(source, list | tuple) and all(
        isinstance(each, list | tuple) and len(each) == 2 and isinstance(each[0], str)
        for each in source
    )
    names = [name for name, _ in source] if pairs else []
    if not pairs or len(set(names)) < len(names):
        raise DescriptionsError(
            'descriptions: a list has to have one pair for each class: its name and a '
            'list of its texts. No class may occur twice.'
        )
    return dict(source)


def _are_texts(options: object) -> bool:
    return (
        isinstance(options, list | tuple)
        and len(options) > 0
        and all(isinstance(text, str) and text.strip() for text in options)
    )


def _in_label_order(
    data: dict, where: str, label_order: str | None
) -> dict[str, list[str]]:
    try:
        # Without a label set the file itself lists the classes.
        label_set = data.get('label_set', Path(where).absolute())
        if not isinstance(label_set, str | Path):
            raise DescriptionsError('label_set has to be a name or a path')
        order = load_classes(label_set, label_order, where)
    except (AttributeError, TypeError, ValueError) as error:
        raise DescriptionsError(f'{where}: {error}') from error
    if set(order) != set(data['classes']):
        raise DescriptionsError(
            f'{where}: the classes are {sorted(data["classes"])}, but label set '
            f'{label_set!r} has {sorted(order)}'
        )
    return {name: data['classes'][name] for name in order}
