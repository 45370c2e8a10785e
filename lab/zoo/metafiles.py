"""Metafiles next to the configs, in the form that OpenMMLab's tools read."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import yaml

from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.protocol.published import FILES, published_rows

COLLECTIONS = Path(__file__).with_name('collections.json')
TASK = 'Dynamic Facial Expression Recognition'
_SELECTION = {
    'test': 'best on the test clips',
    'last': 'last epoch',
    'unknown': 'selection not stated',
    'none': 'nothing trained',
}


def read_collections() -> list[dict]:
    """The methods: ``name``, ``paper``, patterns of ``configs``, what is ``published``.

    ``cost`` is what its authors or a survey state, ``synth`` the config that stands for
    it in the comparison on SynthDFER.
    """
    return json.loads(COLLECTIONS.read_text(encoding='utf-8'))


def zoo_configs(folder: Path) -> list[str]:
    """Names of the configs that have an entry, without ``.py``, relative to a folder.

    The parts of configs (``_base_``) have none.

    Args:
        folder: ``configs``.
    """
    found = [
        p for sub in ('', 'baselines', 'mixing') for p in (folder / sub).glob('*.py')
    ]
    return sorted(p.relative_to(folder).with_suffix('').as_posix() for p in found)


def collection_of(config: str) -> dict:
    """The method that a config belongs to.

    Args:
        config: One of :func:`zoo_configs`.

    Raises:
        ValueError: None of the collections, or several, name it.
    """
    fitting = [
        c
        for c in read_collections()
        if any(fnmatch(config, pattern) for pattern in c['configs'])
    ]
    if len(fitting) != 1:
        names = [c['name'] for c in fitting]
        raise ValueError(
            f'configs/{config}.py is named by {names or "none"} of the collections; '
            f'put it into exactly one, in {COLLECTIONS}'
        )
    return fitting[0]


def read_metafiles(folder: Path) -> dict[str, dict]:
    """The content of the metafiles: config -> its model entry."""
    models = {}
    for path in sorted(folder.rglob('metafile.yml')):
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
        models |= {model['Name']: model for model in content['Models']}
    return models


def model_entry(config: str, metadata: dict) -> dict:
    """The entry of a config.

    Args:
        config: One of :func:`zoo_configs`.
        metadata: From :func:`~lab.zoo.measure.measure`.
    """
    collection = collection_of(config)
    return {
        'Name': config,
        'Config': f'configs/{config}.py',
        'In Collection': collection['name'],
        'Metadata': metadata,
        'Results': [*_published(collection, metadata['Training Data'])],
    }


def _published(collection: dict, dataset: str) -> Iterator[dict]:
    if dataset not in FILES or 'published' not in collection:
        return
    known = published_rows(dataset, 'single', len(load_classes(FILES[dataset])))
    for row in known['rows']:
        if row['method'] == collection['published']:
            source = '; '.join(known['sources'][letter] for letter in row['source'])
            yield {
                'Task': TASK,
                'Dataset': dataset,
                'Metrics': {k: row[k] for k in ('UAR', 'WAR') if row[k] is not None},
                'Reported': _SELECTION[row['selection']],
                'Source': source,
            }


def metafile_texts(models: list[dict]) -> dict[str, str]:
    """The content of every metafile: path below the repository -> text."""
    folders: dict[str, list[dict]] = {}
    for model in models:
        folders.setdefault(str(Path(model['Config']).parent), []).append(model)
    texts = {
        f'{folder}/metafile.yml': _dump(
            dict(Collections=_collections(folder, folders), Models=own)
        )
        for folder, own in folders.items()
    }
    return {**texts, 'model-index.yml': _dump(dict(Import=sorted(texts)))}


def _collections(folder: str, folders: dict[str, list[dict]]) -> list[dict]:
    """Collections of a folder's models that no folder before it has defined."""
    before = {
        model['In Collection']
        for other, models in folders.items()
        if other < folder
        for model in models
    }
    own = {model['In Collection'] for model in folders[folder]} - before
    return [
        {'Name': c['name'], 'README': 'configs/README.md', 'Paper': c['paper']}
        for c in read_collections()
        if c['name'] in own
    ]


def _dump(content: dict) -> str:
    head = '# Written by lab/tools/zoo.py.\n'
    return head + yaml.safe_dump(
        content, sort_keys=False, allow_unicode=True, width=100
    )
