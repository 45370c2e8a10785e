"""The defaults of every part: configs and checkpoints that leave them out rest on them.

Who changes one on purpose changes it here, and what was trained with it.
"""

import inspect

import pytest

from tgdfer_mm.models.functional import motion_weights, sinkhorn
from tgdfer_mm.models.heads.token_head import TokenHead
from tgdfer_mm.models.layers.zero_start import zero_ffn
from tgdfer_mm.registry import MODELS, TEMPORAL

TOKENS = dict(
    **dict(in_channels=512, num_frames=16, heads=8, head_channels=64),
    mlp_channels=1024,
)
CONTEXT = dict(context_init='a photo of a person whose face shows', learnable=True)
SCHEDULE = ((0.3, 0.01), (0.5, 0.1), (0.6, 0.5), (0.8, 1.0))
DEFAULTS = {
    'BagRecognizer': {},
    'CaptionHead': dict(TOKENS, num_layers=1, temperature=0.01),
    'CaptionRecognizer': dict(caption_missing='error'),
    'ClassTokenHead': dict(TOKENS, num_layers=1, temperature=0.01),
    'ClipAugmentPreprocessor': dict(train=(), test=()),
    'ExactReweighting': dict(
        **dict(beta=1.5, even=0.1, sharpness=0.5, factors=(0.7, 1.4), floor=1e-3),
        strength=0.5,
    ),
    'DecorrelationLoss': dict(loss_weight=1.0),
    'DescribedRecognizer': {},
    'DescriptionFusionNeck': dict(taps=3, heads=8),
    'FormerResNet': dict(
        **dict(image_size=112, depth=18, num_layers=1, heads=8, head_channels=32),
        mlp_channels=512,
    ),
    'FrameExpertHead': dict(
        **dict(classes=(), label_set='dfew', extra_classes='keep', pooling='topk'),
        **dict(rho=0.25, temperature=1.0),
    ),
    'FrameReweighting': dict(input_format='NCHW', blocks=1),
    'FunctionExpert': dict(gives='logits'),
    'GatedResNet': dict(image_size=112, depth=18, gated_stages=(2, 3)),
    'GlobalConvAttention': dict(reduction=16, bias=True),
    'IALHead': dict(
        **dict(map_size=7, channels=256, gates=(128, 256), gate_weights=(0.05, 0.0)),
        **dict(num_frames=16, num_layers=2, heads=4, head_channels=32),
        mlp_channels=512,
    ),
    'IALResNet': dict(image_size=112),
    'InstanceBackbone': dict(input_format='NCTHW', projection=True, in_channels=3),
    'IntensityAwareLoss': dict(intensity_weight=0.1, temperature=1.0),
    'LandmarkPlane': dict(patch=16),
    'LandmarkViT': dict(hidden=8, ratio=0.25, heads=8, frozen=True),
    'LearnedClassVectors': {},
    'LightReweighting': dict(tau=0.17, even=0.1, sharpness=0.5, factors=(0.7, 1.4)),
    'LinearBagHead': dict(dropout=0.0),
    'M3DFELHead': dict(
        **dict(in_channels=512, num_instances=4, hidden_channels=512),
        **dict(num_layers=2, heads=8),
    ),
    'MILLoss': dict(
        **dict(pooling='topk', rho=0.25, label_smooth=0.0, multi_label=False),
        loss_weight=1.0,
    ),
    'MiniXception': dict(num_classes=7, features=False),
    'MobileFaceNetMaps': {},
    'MotionPromptNeck': dict(motion_temperature=0.1),
    'MultiGrainedTemporalHead': dict(
        **dict(pooling='topk', rho=0.25, video_pooling='relevance'),
        **dict(video_weight=1.0, text_weight=0.01),
    ),
    'MultiViewRecognizer': {},
    'OnnxExpert': {},
    'OpenCLIPCaptions': dict(truncate=False),
    'OpenCLIPDescriptions': dict(taps=3, truncate=False, keep=2048),
    'OpenCLIPPatches': {},
    'OpenCLIPText': CONTEXT,
    'OpenCLIPVisual': dict(
        frozen_stages=-1, norm_eval=False, patch_dropout=0.0, with_cp=False
    ),
    'OpenCLIPWords': CONTEXT,
    'OrthogonalityLoss': dict(loss_weight=1.0),
    'PatchTransportHead': dict(patch_share=0.5),
    'PrecomputedFeatures': {},
    'RelevanceNeck': dict(temperature=0.01, spread=False, learn_temperature=False),
    'ResidentFrames': {},
    'RestingFaceNeck': dict(temperature=0.01, spread=True),
    'RestingPromptNeck': dict(spread=True),
    'SelfDistillationLoss': dict(size=16, neighbours=2, schedule=SCHEDULE),
    'SeparatedFaceNeck': dict(
        **dict(temperature=0.01, spread=True, rest_weight=1.0),
        loss_apart=dict(type='DecorrelationLoss'),
    ),
    'SharedVarianceLoss': dict(loss_weight=1.0, ridge=0.05),
    'SoundFusionNeck': dict(hidden=128),
    'SoundRecognizer': dict(frames_per_instance=1),
    'TextGuidedRecognizer': dict(frames_per_instance=1),
    'TokenClassifierHead': dict(TOKENS, num_layers=3),
    'TorchExpert': dict(features=False),
    'TransformersVision': dict(output='tokens', interpolate=False),
    'TransportHead': dict(
        **dict(temperature=0.01, motion_temperature=0.1, epsilon=0.05, steps=30),
        align_weight=1.0,
    ),
    'VadCLIPHead': dict(
        rho=0.125, temperature=0.07, coarse_weight=1.0, text_weight=0.1
    ),
    'ViTTemporalAdapter': dict(prefix_tokens=1, frozen=True),
    'VisualPromptNeck': dict(temperature=0.01, gamma=0.0, ffn_ratio=4),
    'dcin': dict(dilations=(1, 2, 4, 8), ratio=0.25, max_instances=16),
    'identity': {},
    'lgt': dict(windows=(2, 4, 8), heads=8, max_instances=16),
    'mtn': dict(dilations=(1, 2, 4), max_instances=16),
    'multi_grained': dict(dilations=(1, 2, 4), max_instances=16),
    'tca': dict(window=2, heads=8, max_instances=16),
    'tma': dict(ratio=0.25, heads=8, max_instances=16),
    'transformer': dict(heads=8, mlp_ratio=2, max_instances=16),
}


def own():
    """The parts of this package, by their names in configs."""
    tables = {**MODELS.module_dict, **TEMPORAL.module_dict}
    return {
        name: part
        for name, part in tables.items()
        if part.__module__.startswith('tgdfer_mm.models.')
    }


def defaults_of(part):
    """Those that say a choice; None stands for what is found out later.

    A part that hands further arguments on has also those of its base.
    """
    parameters = inspect.signature(part).parameters.values()
    chosen = {p.name: p.default for p in parameters if p.default is not p.empty}
    if any(p.kind is p.VAR_KEYWORD for p in parameters) and inspect.isclass(part):
        base = part.__mro__[1]
        if issubclass(base, TokenHead):
            chosen = defaults_of(base) | chosen
    return {name: value for name, value in chosen.items() if value is not None}


def test_every_part_is_here():
    assert own().keys() == DEFAULTS.keys()


@pytest.mark.parametrize('name', DEFAULTS)
def test_a_part_has_the_defaults_that_it_had(name):
    assert defaults_of(own()[name]) == DEFAULTS[name]


def test_functions_of_the_methods_have_the_defaults_that_they_had():
    assert defaults_of(motion_weights) == dict(temperature=0.1)
    assert defaults_of(sinkhorn) == dict(epsilon=0.05, steps=30)
    assert defaults_of(zero_ffn) == dict(ratio=4)
