"""Moved names are found under the old name for one release, with a warning."""

import importlib
import sys

import pytest

from tgdfer_mm.moved import old_names

# What was public in the modules of version 0.1 that are gone, and is still there.
NAMES = {
    'tgdfer_mm.engine.command_line': [
        *('add_common_arguments', 'load_config', 'build_runner', 'fold_of')
    ],
    'tgdfer_mm.recipe.other_data_set': ['evaluate_on'],
    'tgdfer_mm.engine.loading': [
        *('use_pack', 'augment_on_device', 'hold_frames_on_device')
    ],
    'tgdfer_mm.engine.pipelines': [
        *('OPENERS', 'DECODERS', 'LOADERS', 'Pipeline', 'draw_no_pictures')
    ],
    'tgdfer_mm.recipe.precision': [
        *('PRECISIONS', 'apply_precision', 'best_mixed_precision')
    ],
    'tgdfer_mm.recipe.selection': [
        *('RULES', 'METRIC', 'VAL_PART', 'describe_rule', 'apply_selection')
    ],
    'tgdfer_mm.features.command_line': ['feature_options', 'start_processes'],
}


@pytest.mark.parametrize('old', old_names())
def test_an_old_module_gives_what_it_gave(old):
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=f'{old} has moved to'):
        module = importlib.import_module(old)
    for name in NAMES.get(old, ()):
        assert hasattr(module, name), name


def test_functions_of_version_0_1_are_found():
    import tgdfer_mm.engine
    from tgdfer_mm.recipe.pack import use_pack
    from tgdfer_mm.recipe.pack import use_pack as new

    assert use_pack is new
    with pytest.warns(DeprecationWarning, match='moved to tgdfer_mm.recipe.precision'):
        assert callable(tgdfer_mm.engine.apply_precision)
    with pytest.raises(AttributeError, match='apply_nothing'):
        tgdfer_mm.engine.apply_nothing()
