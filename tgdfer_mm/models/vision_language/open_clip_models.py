"""Builds open_clip models and loads their weights.

``arch`` is an open_clip model name (``ViT-B-16-quickgelu``), a path to a JSON model
config of open_clip's form, such a config as a dict, or the place of a published model:
a folder of open_clip or of transformers' ``CLIPModel`` or ``SiglipModel``, or a
repository on the hub (``hf-hub:org/name``, see :mod:`tgdfer_mm.hf_hub`). ``pretrained``
is one of that model's tags, the path of a local file, such a folder or repository, or
None (random weights). A path may start with ``tgdfer_mm://``, which means the folder of
the weights shipped with this package, or with ``models://``, which means the folder of
the fetched models.
"""

from importlib.util import find_spec
from pathlib import Path

import open_clip
from safetensors import safe_open
from torch import nn

from ...catalogue.folders import SCHEME, local_file
from ...files import read_json
from ...finite_weights import check_finite
from ...hf_hub import PREFIX, is_folder
from ...plain_checkpoints import DamagedCheckpointError
from .published_clip import check_alike, fill_clip, published_config, read_published
from .text_image_checkpoint import load_vlm_state
from .timm_tower import sized_timm_model
from .weight_files import NoWeightsError

SHIPPED = Path(__file__).parents[2] / 'weights'
# In the place of an image tower that is built in another way, or is not needed.
NO_IMAGE = dict(image_size=1, patch_size=1, width=8, head_width=8, layers=0)
_OF_BIG_VISION = ('.npz', '.npy')  # Google's own files of SigLIP


def resolve(path: str) -> str:
    """Replaces the prefix of a path, if it has one, by its folder.

    Raises:
        InputError: If the path is in a model that has not been fetched.
    """
    prefix = 'tgdfer_mm://'
    if path.startswith(SCHEME):
        return str(local_file(path))
    return str(SHIPPED / path[len(prefix) :]) if path.startswith(prefix) else path


def arch_config(arch: str | dict) -> dict:
    """The open_clip model config of an architecture.

    Raises:
        ValueError: If the name is neither an open_clip model, a JSON file, a folder nor
            a repository.
        DamagedFileError: If a JSON file is absent, damaged, or not a config of a model.
        MisfitError: If a folder or repository has no config of a model.
        UnknownModelError: If its config is of another model of transformers.
        HubError: If the repository cannot be used.
    """
    if not isinstance(arch, str):
        return {**arch}
    if arch.endswith('.json'):
        return read_json(resolve(arch), 'embed_dim', 'vision_cfg', 'text_cfg')
    if arch in open_clip.list_models():
        return open_clip.get_model_config(arch)
    if is_published(arch):
        return published_config(arch)
    raise ValueError(
        f'arch={arch!r} is not an open_clip model; give a name that '
        'open_clip.list_models() lists, the path of a JSON model config or of a '
        'folder, or hf-hub:org/name'
    )


def is_published(arch: str | dict) -> bool:
    """Tells whether an architecture is a folder or a repository on the hub."""
    named = isinstance(arch, str) and arch not in open_clip.list_models()
    return named and is_folder(arch)


def build_clip(arch: str | dict) -> nn.Module:
    """Builds the model of an architecture with random weights, on the CPU.

    Raises:
        ValueError: If its text tower is one of Hugging Face, and ``transformers`` is
            not installed.
    """
    config = arch_config(arch)
    hub = config['text_cfg'].get('hf_model_name')
    if hub and find_spec('transformers') is None:
        raise ValueError(
            f'arch={arch!r}: its text tower is {hub!r} of Hugging Face, which needs '
            '`pip install transformers`. Its image tower alone works without '
            'transformers: use OpenCLIPVisual.'
        )
    kind, vision = model_class(config), config['vision_cfg']
    if 'timm_kwargs' not in vision:
        return kind(**config)
    model = kind(**config | {'vision_cfg': NO_IMAGE})
    model.visual = sized_timm_model(vision)
    return model


def model_class(config: dict) -> type[nn.Module]:
    """open_clip's class for a model config; removes the entry that names it."""
    custom = config.pop('custom_text', False) or 'hf_model_name' in config['text_cfg']
    if custom and 'multimodal_cfg' in config:
        return open_clip.CoCa
    return open_clip.CustomTextCLIP if custom else open_clip.CLIP


def load_clip(
    arch: str | dict, pretrained: str, quick_gelu: bool | None = None
) -> tuple[nn.Module, list[int] | None]:
    """Builds a model and loads its weights.

    Args:
        arch: See the module.
        pretrained: A tag, a file, a folder or a repository; see the module.
        quick_gelu: Whether the weights of a local file were trained with quick GELU. It
            is not needed for files of this package, of OpenAI, or next to a config,
            which say it themselves.

    Returns:
        The model, and the token ids whose embeddings the file holds (None means all).

    Raises:
        ValueError: If the activation of the weights is unknown or is not the
            architecture's, or ``pretrained`` is neither a tag nor a file.
        NonFiniteWeightsError: If a file holds NaN or infinity.
        MisfitError: If the weights have another architecture.
        NoWeightsError: If the weights of a tag cannot be fetched.
        HubError: If a repository cannot be used.
    """
    path = Path(resolve(pretrained))
    if path.suffix == '.safetensors' and path.is_file() and _is_vlm_file(path):
        state, config, kept = load_vlm_state(path)
        _check_activation(arch, config['quick_gelu'], path)
        model = build_clip(arch)
        model.load_state_dict(state)
        check_finite(state, path)
        return model, kept.tolist()
    if path.suffix in _OF_BIG_VISION and path.is_file():
        _check_activation(arch, _stated(quick_gelu, pretrained), path)
        model = build_clip(arch)
        open_clip.load_checkpoint(model, str(path))
        check_finite(model.state_dict(), path)
        return model, None
    if path.is_file() or (pretrained not in tags_of(arch) and is_folder(pretrained)):
        return _load_published(arch, pretrained, quick_gelu), None
    return _load_tag(arch, pretrained), None


def _load_published(
    arch: str | dict, pretrained: str, quick_gelu: bool | None
) -> nn.Module:
    source = pretrained if pretrained.startswith(PREFIX) else resolve(pretrained)
    found = read_published(source)
    if None not in (quick_gelu, found.quick_gelu) and quick_gelu != found.quick_gelu:
        raise ValueError(
            f'quick_gelu={quick_gelu}, but {source} says that its weights were trained '
            f'with quick_gelu={found.quick_gelu}: leave quick_gelu out'
        )
    if found.config is not None:
        check_alike(arch_config(arch), found.config, arch, found.source)
    else:
        known = quick_gelu if found.quick_gelu is None else found.quick_gelu
        _check_activation(arch, _stated(known, pretrained), found.source)
    model = build_clip(arch)
    fill_clip(model, found.state, found.source)
    return model


def _stated(quick_gelu: bool | None, pretrained: str) -> bool:
    if quick_gelu is None:
        raise ValueError(
            f'pretrained={pretrained!r} is a local file: also set quick_gelu=True or '
            'False (True for the weights that OpenAI released)'
        )
    return quick_gelu


def tags_of(arch: str | dict) -> list[str]:
    """The tags of open_clip's weights of an architecture; a config has none."""
    named = isinstance(arch, str)
    return open_clip.list_pretrained_tags_by_model(arch) if named else []


def _load_tag(arch: str | dict, tag: str) -> nn.Module:
    tags = tags_of(arch)
    if tag not in tags:
        raise ValueError(
            f'pretrained={tag!r} is neither a file, a folder nor a tag of {arch!r} '
            f'(its tags: {", ".join(tags) or "none"})'
        )
    expected = open_clip.get_pretrained_cfg(arch, tag).get('quick_gelu', False)
    _check_activation(arch, expected, tag)
    try:
        return open_clip.create_model(arch, pretrained=tag)
    except (RuntimeError, OSError) as error:
        if 'download' not in str(error) and not isinstance(error, OSError):
            raise
        raise NoWeightsError(
            f'The weights {tag!r} of {arch} are not on this machine, and open_clip '
            f'cannot fetch them ({str(error).splitlines()[0]}). Run this once with a '
            'network connection, or name a file of weights: pretrained=PATH with '
            'quick_gelu=True or False. For clips of your own, --tower small needs no '
            'download.'
        ) from error


def _check_activation(arch: str | dict, expected: bool, weights: str | Path) -> None:
    # open_clip only warns, and then runs with the wrong activation.
    actual = bool(arch_config(arch).get('quick_gelu', False))
    if actual != bool(expected):
        name = arch if isinstance(arch, str) else 'the given config'
        raise ValueError(
            f'{weights} was trained with quick_gelu={bool(expected)}, but arch {name} '
            f'has quick_gelu={actual}; for open_clip names, the variant that ends in '
            '"-quickgelu" is the one with it'
        )


def _is_vlm_file(path: Path) -> bool:
    try:
        with safe_open(path, framework='pt') as file:
            return 'vlm_config' in (file.metadata() or {})
    except Exception as error:  # safetensors has no common base of its exceptions
        raise DamagedCheckpointError(
            f'{path} is no safetensors file, or not whole: {error}.'
        ) from error
