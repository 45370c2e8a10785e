"""One small architecture of each family that open_clip lists, and its tokenizer.

The towers of timm are its own functions with smaller numbers.
"""

import timm
from open_clip import CLIPTextCfg
from timm.layers import HybridEmbed
from timm.models import model_entrypoint, register_model
from timm.models.vision_transformer_hybrid import ConvStem
from timm.models.vitamin import VitCfg, VitConvCfg

SIZE, WIDTH = 32, 32
BLOCKS = dict(img_size=SIZE, embed_dim=WIDTH, depth=2, num_heads=2)
STAGES = dict(layers=(1, 1, 1, 1), embed_dims=(8, 8, 16, 32))
HYBRID = VitCfg(
    embed_dim=(8, 16, WIDTH),
    depths=(1, 1, 1),
    stem_width=8,
    conv_cfg=VitConvCfg(norm_layer='layernorm2d', norm_eps=1e-6),
    head_type='1d',
)


def _mobile_stem(**kwargs) -> HybridEmbed:
    strides = dict(stride=(4, 2, 2), kernel_size=(4, 2, 2), padding=0)
    return HybridEmbed(
        ConvStem(channels=(8, 8, WIDTH), **strides), proj=False, **kwargs
    )


# timm's function -> what makes its model small.
SMALL = {
    'vit_base_patch16_siglip_224': BLOCKS,
    'eva02_base_patch16_clip_224': BLOCKS,
    'vit_base_mci_224': BLOCKS | dict(embed_layer=_mobile_stem),
    'vit_pe_core_tiny_patch16_384': BLOCKS | dict(attn_pool_num_heads=2),
    'vit_medium_patch16_gap_256': BLOCKS,
    'vit_relpos_medium_patch16_cls_224': BLOCKS | dict(rel_pos_dim=8),
    'vitamin_small_224': BLOCKS | dict(embed_cfg=HYBRID),
    'fastvit_mci0': STAGES,
    'convnext_base': dict(depths=(1, 1, 1, 1), dims=(8, 8, 16, 16)),
    'swin_base_patch4_window7_224': dict(
        img_size=SIZE, embed_dim=8, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2)
    )
    | dict(window_size=2),
}


def _shrink(entry: str) -> None:
    def build(pretrained=False, **kwargs):
        return model_entrypoint(entry)(pretrained, **{**SMALL[entry], **kwargs})

    build.__name__ = f'small_{entry}'
    build.__module__ = __name__
    if not timm.is_model(build.__name__):
        register_model(build)


for _entry in SMALL:
    _shrink(_entry)


def _timm(entry: str, pool: str, proj: str | None, **more) -> dict:
    return dict(
        timm_model_name=f'small_{entry}',
        timm_model_pretrained=False,
        timm_pool=pool,
        timm_proj=proj,
        image_size=SIZE,
        **more,
    )


TEXT = dict(context_length=77, vocab_size=49408, width=WIDTH, heads=2, layers=2)
VIT = dict(image_size=SIZE, patch_size=16, layers=2, width=WIDTH, head_width=16)
LAST = dict(no_causal_mask=True, pool_type='last', context_length=40, vocab_size=1300)
SIGLIP = dict(
    embed_dim=WIDTH,
    custom_text=True,
    init_logit_bias=-10,
    vision_cfg=_timm('vit_base_patch16_siglip_224', 'map', 'none'),
    text_cfg={
        **TEXT,
        **LAST,
        'hf_tokenizer_name': 'timm/ViT-B-16-SigLIP',
        'tokenizer_kwargs': {'clean': 'canonicalize'},
        'proj_bias': True,
        'norm_kwargs': {'eps': 1e-06},
    },
)


def _arch(vision: dict, text: dict, custom: bool = True, **more) -> dict:
    head = dict(embed_dim=WIDTH, custom_text=custom)
    return head | dict(vision_cfg=vision, text_cfg={**TEXT, **text}, **more)


def _hub(name: str, **text) -> dict:
    return dict(hf_tokenizer_name=name, vocab_size=1300, **text)


# Family -> model config of open_clip.
FAMILIES = {
    'siglip': SIGLIP,
    'siglip2': {
        **SIGLIP,
        'text_cfg': {
            **SIGLIP['text_cfg'],
            'hf_tokenizer_name': 'timm/ViT-B-16-SigLIP2',
            'act_kwargs': {'approximate': 'tanh'},
        },
    },
    'siglip-i18n': {
        **SIGLIP,
        'text_cfg': {
            **SIGLIP['text_cfg'],
            'proj_bias': False,
            'proj_type': 'none',
        },
    },
    'eva02': _arch(_timm('eva02_base_patch16_clip_224', 'token', None), {}),
    'mobileclip-b': _arch(_timm('vit_base_mci_224', 'token', None), {}),
    'mobileclip-s': _arch(
        _timm('fastvit_mci0', 'avg', None), dict(no_causal_mask=True)
    ),
    'convnext': _arch(
        _timm('convnext_base', '', 'linear', timm_drop_path=0.1), {}, False
    ),
    'convnext-mlp': _arch(_timm('convnext_base', '', 'mlp'), {}, False),
    'pe-core': _arch(
        _timm('vit_pe_core_tiny_patch16_384', 'map', None), dict(context_length=32)
    ),
    'vitamin': _arch(_timm('vitamin_small_224', '', 'linear'), {}),
    'swin': _arch(_timm('swin_base_patch4_window7_224', '', 'linear'), {}, False),
    'vit-gap': _arch(_timm('vit_medium_patch16_gap_256', '', 'linear'), {}, False),
    'vit-relpos': _arch(
        _timm('vit_relpos_medium_patch16_cls_224', '', 'linear'), {}, False
    ),
    'coca': _arch(
        {
            **VIT,
            'attentional_pool': True,
            'attn_pooler_heads': 2,
            'output_tokens': True,
        },
        dict(context_length=76, embed_cls=True, output_tokens=True),
        multimodal_cfg={**TEXT, 'context_length': 76, 'attn_pooler_heads': 2},
    ),
    'coca-base': _arch(
        {**VIT, 'output_tokens': True},
        dict(context_length=76, embed_cls=True, output_tokens=True),
        multimodal_cfg={**TEXT, 'context_length': 76, 'attn_pooler_heads': 2},
    ),
    'clipa': _arch(
        {**VIT, 'no_ln_pre': True, 'pool_type': 'avg', 'final_ln_after_pool': True},
        _hub(
            'bert-base-uncased',
            tokenizer_kwargs={'strip_sep_token': True},
            no_causal_mask=True,
            pool_type='last',
            context_length=40,
        ),
        False,
    ),
    'worldwide': _arch(
        VIT, _hub('facebook/xlm-v-base', pool_type='eos', eos_id=2), False
    ),
    'worldwide-mt5': _arch(
        VIT,
        _hub(
            'google/mt5-base',
            pool_type='eos',
            eos_id=1,
            tokenizer_kwargs={'clean': 'canonicalize'},
        ),
        False,
    ),
}
# What the oldest versions that are allowed do not have yet.
if not timm.is_model('vit_pe_core_tiny_patch16_384'):
    del FAMILIES['pe-core']
if not hasattr(CLIPTextCfg, 'eos_id'):
    del FAMILIES['worldwide'], FAMILIES['worldwide-mt5']
