"""Parameter groups against a list made by hand."""

from functools import partial

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from torch import distributed, nn
from torch.distributed.fsdp import FullyShardedDataParallel
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy

from tgdfer_mm.engine.fsdp_strategy import blocks_of
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
        self.backbone.register_parameter('positional_embedding', matrix())
        self.backbone_like = nn.Linear(2, 2)
        self.text = nn.ModuleDict(dict(tower=nn.Linear(2, 2), head=nn.Linear(2, 2)))
        self.text['tower'].requires_grad_(False)
        self.text.register_parameter('contexts', matrix())
        self.gamma = nn.Parameter(torch.zeros(1))


def matrix():
    return nn.Parameter(torch.zeros(2, 2))


def build(paramwise_cfg, **optimizer):
    optimizer = dict(type='AdamW', lr=1.0, weight_decay=0.5) | optimizer
    return build_optim_wrapper(
        Model(),
        dict(
            constructor='TextGuidedOptimWrapperConstructor',
            optimizer=optimizer,
            paramwise_cfg=paramwise_cfg,
        ),
    )


def test_groups_are_those_of_the_list():
    model = Model()
    wrapper = build_optim_wrapper(
        model,
        dict(
            constructor='TextGuidedOptimWrapperConstructor',
            optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.5),
            paramwise_cfg=dict(
                custom_keys={
                    'backbone': dict(lr_mult=0.1),
                    'backbone.0': dict(lr_mult=0.01, decay_mult=2.0),
                    'text': dict(lr_mult=10.0),
                    'gamma': dict(lr_mult=100.0),
                    'nothing.here': dict(lr_mult=7.0, optional=True),
                },
                no_decay=['positional_embedding', 'contexts'],
            ),
        ),
    )
    names = {id(param): name for name, param in model.named_parameters()}
    found = {
        (group['lr'], group['weight_decay']): {names[id(p)] for p in group['params']}
        for group in wrapper.optimizer.param_groups
    }
    assert found == {
        (0.1, 0.0): {
            *('backbone.positional_embedding', 'backbone.1.weight', 'backbone.1.bias')
        },
        (0.01, 1.0): {'backbone.0.weight'},
        (0.01, 0.0): {'backbone.0.bias'},
        (1.0, 0.5): {'backbone_like.weight'},  # a key is no part of a name
        (1.0, 0.0): {'backbone_like.bias'},
        (10.0, 0.0): {'text.contexts', 'text.head.bias'},
        (10.0, 0.5): {'text.head.weight'},
        (100.0, 0.0): {'gamma'},
    }
    assert len(found) == len(wrapper.optimizer.param_groups)  # no two groups alike


def test_without_options_norms_and_biases_still_do_not_decay():
    decays = {
        g['weight_decay']: len(g['params']) for g in build(None).optimizer.param_groups
    }
    assert decays == {0.5: 5, 0.0: 6}


@pytest.mark.parametrize(
    ('paramwise_cfg', 'message'),
    [
        (dict(custom_keys={'bckbone': dict(lr_mult=1)}), "'bckbone'.*no parameter"),
        (dict(custom_keys={'back': dict(lr_mult=1)}), "'back'.*no parameter"),
        (dict(custom_keys={'text': dict(lr_mul=1)}), "'text'.*lr_mul'.*lr_mult'"),
        (dict(no_decay=['cls_token']), "no_decay.*'cls_token'"),
        (dict(norm_decay_mult=0), 'norm_decay_mult'),
    ],
)
def test_options_without_effect_are_errors(paramwise_cfg, message):
    with pytest.raises(ValueError, match=message):
        build(paramwise_cfg)


def test_a_factor_needs_a_stated_base():
    with pytest.raises(ValueError, match='decay_mult.*state weight_decay'):
        build_optim_wrapper(
            Model(),
            dict(
                constructor='TextGuidedOptimWrapperConstructor',
                optimizer=dict(type='SGD', lr=1.0),
                paramwise_cfg=dict(custom_keys={'text': dict(decay_mult=1)}),
            ),
        )


def test_nothing_to_train_is_an_error():
    with pytest.raises(ValueError, match='no trainable parameter'):
        build_optim_wrapper(
            Model().requires_grad_(False),
            dict(
                constructor='TextGuidedOptimWrapperConstructor',
                optimizer=dict(type='SGD', lr=1.0),
            ),
        )


@pytest.fixture
def fully_sharded(tmp_path):
    """Wraps a model as FSDP does, on the CPU."""
    file = f'file://{tmp_path / "rendezvous"}'
    distributed.init_process_group('gloo', init_method=file, rank=0, world_size=1)

    def wrap(model, use_orig_params=True):
        blocks = blocks_of(model.backbone)
        return FullyShardedDataParallel(
            model,
            auto_wrap_policy=partial(
                lambda_auto_wrap_policy, lambda_fn=blocks.__contains__
            ),
            device_id=torch.device('cpu'),
            use_orig_params=use_orig_params,
        )

    yield wrap
    distributed.destroy_process_group()


@pytest.mark.filterwarnings('ignore:FSDP')
@pytest.mark.parametrize(
    ('kept', 'options', 'message'),
    [
        (False, {}, 'use_orig_params=True'),
        (True, dict(clip_grad=dict(max_norm=1)), 'clip_grad.*Remove this'),
    ],
)
def test_what_cannot_be_had_of_parts_is_refused(fully_sharded, kept, options, message):
    wrapper = dict(
        constructor='TextGuidedOptimWrapperConstructor',
        optimizer=dict(type='SGD', lr=1.0),
    )
    model = Model().requires_grad_()  # which FSDP's flat parameters have to be alike in
    with pytest.raises(ValueError, match=message):
        build_optim_wrapper(fully_sharded(model, kept), wrapper | options)


@pytest.mark.filterwarnings('ignore:FSDP')
def test_the_config_for_fsdp_has_the_groups_of_the_others(fully_sharded):
    def groups(name, wrap):
        cfg = Config.fromfile(config_dir() / name)
        size = dict(layers=1, width=32)
        arch = dict(
            embed_dim=32,
            vision_cfg=dict(image_size=32, patch_size=16, head_width=16, **size),
            text_cfg=dict(context_length=77, vocab_size=49408, heads=2, **size),
        )
        for part in ('backbone', 'text_encoder'):
            cfg.model[part].update(arch=arch, pretrained=None)
        cfg.model.neck.in_channels = cfg.model.cls_head.in_channels = 32
        model = wrap(MODELS.build(cfg.model))
        wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
        names = {
            id(param): name.replace('_fsdp_wrapped_module.', '')
            for name, param in model.named_parameters()
        }
        return [
            dict(group, params=[names[id(param)] for param in group['params']])
            for group in wrapper.optimizer.param_groups
        ]

    sharded = groups('tgdfer_dfew_fsdp.py', fully_sharded)
    assert sharded == groups('tgdfer_dfew.py', lambda model: model)
