"""The ablations: each differs from its neighbour by what its name says, no more."""

from functools import cache

import pytest
from mmengine.config import Config

from lab.evidence.plan import EvidencePlan
from lab.paths import CONFIGS
from tgdfer_mm.protocol.runs import differing_keys

FOLDER = CONFIGS / 'ablations'
TEXT, NECK, TIME = 'model.text_encoder.', 'model.neck.', 'model.cls_head.temporal.'
POOLING, VIDEO = 'model.cls_head.pooling', 'model.cls_head.video_pooling'
DESCRIPTIONS, LEARNABLE = TEXT + 'descriptions', TEXT + 'learnable'
FROZEN = 'model.backbone.frozen_stages'
SCHEDULE = ('train_cfg.', 'param_scheduler', 'train_dataloader.batch_size')
# What configs compute their settings from; their results are compared.
VARIABLES = ('texts', 'max_epochs')
NEIGHBOURS = {  # config -> its neighbour, and the settings in which they may differ
    'base': ('step_1_line', DESCRIPTIONS),
    'step_1_line': ('step_2_descriptions', DESCRIPTIONS),
    'step_2_descriptions': ('step_3_context', LEARNABLE),
    'step_3_context': ('step_4_rest', NECK),
    'step_4_rest': ('step_5_temporal', TIME),
    'step_5_temporal': ('step_6_mil', POOLING),
    'step_6_mil': ('full', VIDEO),
    'without_descriptions': ('full', DESCRIPTIONS),
    'shuffled_descriptions': ('full', DESCRIPTIONS),
    'without_context': ('full', LEARNABLE),
    'random_context': ('full', TEXT + 'context_init'),
    'without_rest': ('full', NECK),
    'without_spread': ('full', NECK + 'spread'),
    'with_labels': ('full', NECK + 'type'),
    'version_01': ('full', NECK + 'type', NECK + 'spread', TIME),
    'version_01_mtn': ('version_01', TIME),
    'without_multi_grained': ('full', TIME),
    'temporal_lgt': ('full', TIME),
    'temporal_mtn': ('full', TIME),
    'temporal_tca': ('full', TIME),
    'without_temporal': ('full', TIME),
    'without_mil': ('full', POOLING),
    'pooling_relevance': ('full', POOLING),
    'pooling_logsumexp': ('full', POOLING),
    'without_video': ('full', 'model.cls_head.video_weight'),
    'mean_pooling': ('without_temporal', POOLING, VIDEO),
    'rho_0125': ('full', 'model.cls_head.rho'),
    'rho_05': ('full', 'model.cls_head.rho'),
    'frames_4': ('full', 'model.frames_per_instance'),
    'tau_001': ('full', NECK + 'temperature'),
    'few_steps': ('full', *SCHEDULE, 'default_hooks.checkpoint.interval'),
    'tuned_tower': ('few_steps', FROZEN),
    'base_few_steps': ('base', *SCHEDULE, 'default_hooks.checkpoint.interval'),
    'base_tuned_tower': ('base_few_steps', FROZEN),
}


@cache
def read(name: str, level: str) -> dict:
    """The settings of a config; the caller has set the level."""
    settings = Config.fromfile(FOLDER / f'{name}.py').to_dict()
    return {key: settings[key] for key in settings if key not in VARIABLES}


@pytest.mark.parametrize('level', ['hard', 'dynamics'])
@pytest.mark.parametrize('name', sorted(NEIGHBOURS))
def test_an_ablation_differs_from_its_neighbour_by_one_switch(name, level, monkeypatch):
    monkeypatch.setenv('TGDFER_LEVEL', level)
    neighbour, *switch = NEIGHBOURS[name]
    differing = list(differing_keys(read(name, level), read(neighbour, level)))
    assert differing, f'{name} is {neighbour}'
    assert [key for key in differing if not key.startswith(tuple(switch))] == []


def test_every_ablation_has_a_neighbour_and_a_row_in_the_plan():
    files = {path.stem for path in FOLDER.glob('*.py')}
    assert files == {*NEIGHBOURS, 'full'}
    plans = (EvidencePlan.read(name) for name in ('plan', 'methods'))
    assert files <= {job.config for plan in plans for job in plan.jobs()}
