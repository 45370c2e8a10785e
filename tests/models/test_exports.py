"""Every part that a config names can be imported from one place."""

import inspect

import pytest

import tgdfer_mm.models
from tgdfer_mm.registry import MODELS, TEMPORAL, VIDEO_POOLINGS

REGISTERED = {
    part
    for registry in (MODELS, TEMPORAL, VIDEO_POOLINGS)
    for part in registry.module_dict.values()
    if inspect.isclass(part) and part.__module__.startswith('tgdfer_mm.models.')
}


@pytest.mark.parametrize('part', sorted(REGISTERED, key=lambda part: part.__name__))
def test_a_registered_class_is_exported(part):
    assert getattr(tgdfer_mm.models, part.__name__) is part
    assert part.__name__ in tgdfer_mm.models.__all__
