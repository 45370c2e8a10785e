"""docs/method.md and configs/tgdfer_dfew.py: every setting is stated, and as it is."""

import ast
import inspect
import math
import re
from functools import cache
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import OPTIM_WRAPPERS, OPTIMIZERS, PARAM_SCHEDULERS

from tgdfer_mm.models.heads.multi_grained_temporal_head import MAX_SCALE
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import DATASETS, MODELS, TEMPORAL, TRANSFORMS

PAGE = Path(__file__).parents[1] / 'docs' / 'method.md'
TRAIN = 'train_dataloader.dataset.pipeline'
TEST = 'test_dataloader.dataset.pipeline'
PLACES = {
    'model': (MODELS, TEMPORAL),
    'optim_wrapper': (OPTIM_WRAPPERS, OPTIMIZERS),
    'param_scheduler': (PARAM_SCHEDULERS,),
    'train_dataloader.dataset': (DATASETS, TRANSFORMS),
    'test_dataloader.dataset.pipeline': (TRANSFORMS,),
}
# What is neither stated nor a choice about the method, each with its reason.
UNSTATED = {
    'to_rgb': 'frames are decoded as RGB',
    'to_float32': 'pixels become numbers with a point in any case',
    'learn_temperature': 'RestingFaceNeck and VisualPromptNeck state it themselves',
    'loss_cls.pooling': 'the head pools; the loss gets bag logits',
    'loss_cls.rho': 'as for loss_cls.pooling',
    '1.test_mode': 'the pipeline of the tests states it',
    'decoder': 'which program reads the files',
    'lazy': 'how the work is shared out in mmcv, not what is done',
    'collapse': 'the form of an array',
    'meta_keys': 'what is kept about a clip',
    'algorithm_keys': 'as for meta_keys',
    'media': 'the recipe chooses frames or videos',
    'val_part': 'the recipe cuts a validation part off',
    'ann_file': 'where files are',
    'data_prefix': 'where files are',
    'serialize_data': 'memory alone',
    'lazy_init': 'memory alone',
    'max_refetch': 'what happens on a damaged clip',
    'dataset.test_mode': 'follows from the subset',
    'maximize': 'the loss is made small',
    'capturable': 'a form of the computation',
    'differentiable': 'a form of the computation',
    'last_step': 'where a resumed run stands',
    'verbose': 'what is printed',
    'by_epoch': 'the unit of the other numbers',
    'begin': 'the start of training, where not stated',
}
# Stated, but no number to choose.
UNLISTED = {
    'type': 'parts that the page names',
    'constructor': 'a part that the page names',
    'format_shape': 'the form of an array',
    'input_format': 'the form of an array',
    'test_mode': 'which of the two pipelines it is',
    'optional': 'whether a key may match nothing',
    'convert_to_iter_based': 'the page says that the rate changes every step',
    'data_root': 'where files are',
    'subset': 'training or test',
    'fold': 'which fold is asked for',
}


@cache
def config(name):
    return Config.fromfile(Path(config_dir(), f'{name}.py'))._cfg_dict.to_dict()


def at(node, key):
    """What stands at a key of the page; raises KeyError where nothing does."""
    for dotted, plain in re.findall(r'\[([^\]]+)\]|([^.\[\]]+)', key):
        part = dotted or plain
        node = node[int(part)] if isinstance(node, list | tuple) else node[part]
    return node


def rows():
    """Key, default and paper's value of each row of the page, as they are written."""
    for line in PAGE.read_text(encoding='utf-8').splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if len(cells) == 6 and re.fullmatch(r'`[\w.\[\]]+`', cells[1]):
            yield cells[1].strip('`'), cells[2], cells[3]


def same(value, cell):
    def plain(it):
        return list(it) if isinstance(it, tuple) else it

    return plain(value) == plain(ast.literal_eval(cell.strip('`')))


def test_no_setting_is_on_the_page_twice():
    keys = [key for key, _, _ in rows()]
    assert len(keys) > 60 and len(keys) == len(set(keys))


@pytest.mark.parametrize('name', ['tgdfer_dfew', 'tgdfer_dfew_paper'])
def test_the_page_says_what_the_config_says(name):
    for key, default, paper in rows():
        cell = paper if name.endswith('paper') and paper else default
        if cell == 'none':
            with pytest.raises(KeyError):
                at(config(name), key)
        else:
            assert same(at(config(name), key), cell), (key, cell)


def typed(node, path):
    """Every dict with a type below a node, and its path."""
    if isinstance(node, dict):
        if isinstance(node.get('type'), str):
            yield path, node
        for key, child in node.items():
            yield from typed(child, f'{path}.{key}')
    elif isinstance(node, list | tuple):
        for i, child in enumerate(node):
            yield from typed(child, f'{path}.{i}')


def find(name, registries):
    found = [part for registry in registries if (part := registry.get(name))]
    assert found, name
    return found[0]


def defaults(part):
    """Numbers, words and switches that a part takes without being told, by name."""
    known = {}
    for cls in part.__mro__[:-1]:
        parameters = inspect.signature(cls.__init__).parameters.values()
        for p in parameters:
            known.setdefault(p.name, p.default)
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    kinds = bool | int | float | str | tuple | list
    return {
        name: value
        for name, value in known.items()
        if isinstance(value, kinds) and value != ()
    }


def allowed(key, reasons):
    return any(key.endswith(f'.{end}') for end in reasons)


@pytest.mark.parametrize('name', ['tgdfer_dfew', 'tgdfer_dfew_paper'])
@pytest.mark.parametrize('place', PLACES)
def test_every_default_of_the_code_is_stated(name, place):
    for path, node in typed(at(config(name), place), place):
        part = find(node['type'], PLACES[place])
        missing = {
            f'{path}.{key}'
            for key in defaults(part)
            if key not in node and not allowed(f'{path}.{key}', UNSTATED)
        }
        assert missing == set(), node['type']


def leaves(node, path=''):
    """Paths of all that is stated; a key with a dot in it is in brackets."""
    if isinstance(node, dict):
        for key, child in node.items():
            step = f'[{key}]' if '.' in key else f'.{key}'
            yield from leaves(child, path + step)
    elif isinstance(node, list | tuple) and any(isinstance(x, dict) for x in node):
        for i, child in enumerate(node):
            yield from leaves(child, f'{path}.{i}')
    else:
        yield path.lstrip('.')


@pytest.mark.parametrize('name', ['tgdfer_dfew', 'tgdfer_dfew_paper'])
def test_every_stated_setting_is_on_the_page(name):
    on_page = {key for key, _, _ in rows()}
    for place in PLACES:
        stated = set(leaves(at(config(name), place), place))
        wanted = {key for key in stated if not allowed(key, UNLISTED)}
        assert wanted <= on_page, wanted - on_page


def test_what_is_fixed_in_the_code_is_as_the_page_says():
    assert round(math.exp(MAX_SCALE)) == 100
