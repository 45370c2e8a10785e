"""Defaults that configs state since version 0.2 change no hash."""

import inspect

import pytest
from mmaction.registry import DATASETS, MODELS, TRANSFORMS
from mmengine.registry import OPTIM_WRAPPERS, OPTIMIZERS, PARAM_SCHEDULERS

from tgdfer_mm.registry import TEMPORAL
from tgdfer_mm.run_config.stated_later import as_it_was, stated_later

PARTS = [(name, known) for part in stated_later() for name, known in part.items()]
REGISTRIES = (
    *(TEMPORAL, MODELS, TRANSFORMS, DATASETS),
    *(OPTIM_WRAPPERS, OPTIMIZERS, PARAM_SCHEDULERS),
)


def defaults_of(name):
    part = next(filter(None, (registry.get(name) for registry in REGISTRIES)))
    found = {}
    for base in reversed(inspect.getmro(part)):
        if '__init__' in vars(base):
            parameters = inspect.signature(base.__init__).parameters.values()
            found.update({p.name: p.default for p in parameters})
    return found


@pytest.mark.parametrize(('name', 'known'), PARTS, ids=[name for name, _ in PARTS])
def test_each_is_the_default_of_its_part(name, known):
    defaults = defaults_of(name)
    for key, value in known.items():
        default = defaults[key]
        assert (list(default) if isinstance(default, tuple) else default) == value, key


def test_only_stated_defaults_are_left_out():
    config = dict(
        temporal=dict(type='multi_grained', dilations=[1, 2], max_instances=16),
        steps=[dict(type='Resize', scale=[2, 2], interpolation='bilinear')],
        other=dict(type='dcin', max_instances=16),
    )
    assert as_it_was(config) == dict(
        temporal=dict(type='multi_grained', dilations=[1, 2]),
        steps=[dict(type='Resize', scale=[2, 2])],
        other=dict(type='dcin', max_instances=16),
    )
    assert as_it_was(config, laboratory=True)['steps'] == config['steps']
