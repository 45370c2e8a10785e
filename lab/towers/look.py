"""One of open_clip's models: its towers built, and run if they are small.

A tower is described by a dict. ``state`` is ``run`` or ``built``, if it works; ``no``,
if the package refuses it, with a sentence in ``why``; or ``failed``, with the error.
"""

import json
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tgdfer_mm.models.backbones import OpenCLIPVisual
from tgdfer_mm.models.text import OpenCLIPText
from tgdfer_mm.models.text.openclip_text_tower import find_text_tower, tower_state
from tgdfer_mm.models.text.tokens import lay_out
from tgdfer_mm.models.vision_language.image_towers import stages, use_checkpoints
from tgdfer_mm.models.vision_language.open_clip_models import arch_config
from tgdfer_mm.models.vision_language.single_towers import (
    build_text_model,
    text_config,
)

from .token_ids import stand_in

FAMILIES = Path(__file__).with_name('families.json')
LIMIT = 400_000_000  # parameters; larger towers are built only
FRAMES = 2
BEFORE, TEXTS = 'a photo of', {'happy': ['raised cheeks'], 'sad': ['lowered brows']}
_BOUND = 1e-4  # tolerance of features of unit length


class WrongFeaturesError(RuntimeError):
    """A tower computes wrong features."""


def look_at(name: str, limit: int = LIMIT) -> dict:
    """The row of a model.

    Args:
        name: One of ``open_clip.list_models()``.
        limit: Towers with as many parameters or more are not run.

    Returns:
        ``family``, ``tokenizer`` (of Hugging Face's hub, or None for open_clip's own),
        and ``image`` and ``text``, as the module says.
    """
    return dict(
        **name_facts(name),
        image=_judged(look_at_image, name, limit),
        text=_judged(look_at_text, name, limit),
    )


def name_facts(name: str) -> dict:
    """Facts of a model that need no build: ``family``, ``tokenizer``."""
    text = arch_config(name)['text_cfg']
    return dict(family=family_of(name), tokenizer=text.get('hf_tokenizer_name'))


def family_of(name: str) -> str:
    """The first of the families whose pattern fits a name."""
    for family, pattern in json.loads(FAMILIES.read_text(encoding='utf-8')):
        if fnmatch(name, pattern):
            return family
    return 'other'


def look_at_image(name: str, limit: int) -> dict:
    """Builds an image tower without content, and runs it if it is small.

    It runs on a bag of two frames. The last stage is trained, the stages before are
    frozen, and blocks are checkpointed if the tower can do this.

    Returns:
        Also ``parameters``, ``size`` (of the pictures), ``any_size``, ``width``,
        ``stages`` (the highest number of ``frozen_stages``) and ``checkpointing``.

    Raises:
        ValueError: The package refuses the tower.
        WrongFeaturesError: Features or gradients are not as they have to be.
    """
    with torch.device('meta'):
        tower = OpenCLIPVisual(name)
    facts = dict(
        parameters=_count(tower),
        size=arch_config(name)['vision_cfg']['image_size'],
        any_size=tower._size is None,
        width=tower.out_channels,
        stages=len(stages(tower.tower)) - 1,
        checkpointing=_can_checkpoint(tower.tower),
    )
    options = dict(frozen_stages=facts['stages'] - 1, with_cp=facts['checkpointing'])
    if facts['parameters'] >= limit:
        with torch.device('meta'):
            _check_frozen(OpenCLIPVisual(name, **options))
        return dict(state='built', **facts)
    torch.manual_seed(0)
    tower = OpenCLIPVisual(name, **options)
    _check_frozen(tower)
    _train(tower.eval(), facts)  # batch norms need more than two frames
    return dict(state='run', **facts)


def look_at_text(name: str, limit: int) -> dict:
    """Builds a text tower without content, and runs it if it is small.

    It runs on two classes with learnable contexts, as token ids. Features have to
    be those of open_clip's own ``encode_text``, and the contexts get gradients.

    Returns:
        Also ``parameters``, with the embeddings of all tokens; ``width``; and
        ``context_length``.

    Raises:
        ValueError: The package refuses the tower.
        WrongFeaturesError: Features or gradients are not as they have to be.
    """
    config = text_config(name)
    with torch.device('meta'):
        model = build_text_model(name)
    tower = find_text_tower(model, name)
    facts = dict(
        parameters=_count(tower, but=('visual.', 'logit_')),
        width=arch_config(name)['embed_dim'],
        context_length=config.get('context_length', 77),
    )
    if facts['parameters'] >= limit:
        return dict(state='built', **facts)
    torch.manual_seed(0)
    model = build_text_model(name).eval()
    text = OpenCLIPText(
        name, TEXTS, context_init=BEFORE, tokenizer=stand_in(config)
    ).eval()
    _take_weights(text, find_text_tower(model, name))
    with torch.no_grad():
        wanted = _of_open_clip(model, text)
        difference = (text() - wanted).abs().max().item()
    del model
    if not difference < _BOUND:  # NaN is refused, too
        raise WrongFeaturesError(f'features differ by {difference:.1e}')
    text.train()()[:, 0].sum().backward()
    if not text.context.grad.any() or not text.context.grad.isfinite().all():
        raise WrongFeaturesError('the contexts have no gradients')
    return dict(state='run', **facts)


def _judged(look: Callable[[str, int], dict], name: str, limit: int) -> dict:
    try:
        return look(name, limit)
    except ValueError as error:
        return dict(state='no', why=str(error).removeprefix(f'arch={name!r}: '))
    except Exception as error:  # any error becomes a row
        lines = str(error).strip().splitlines() or ['']
        return dict(state='failed', why=f'{type(error).__name__}: {lines[0]}')


def _count(module: nn.Module, but: tuple[str, ...] = ()) -> int:
    named = module.named_parameters()
    return sum(p.numel() for name, p in named if not name.startswith(but))


def _can_checkpoint(tower: nn.Module) -> bool:
    try:
        use_checkpoints(tower)
    except ValueError:
        return False
    return True


def _check_frozen(tower: OpenCLIPVisual) -> None:
    """Checks that the last stage is trained, and that others are not."""
    *before, last = stages(tower.tower)
    trained = {id(p) for p in tower.parameters() if p.requires_grad}
    if not all(id(p) in trained for p in _parameters(last)):
        raise WrongFeaturesError('the last stage is frozen')
    if any(id(p) in trained for stage in before for p in _parameters(stage)):
        raise WrongFeaturesError('a stage that has to be frozen is trained')


def _parameters(stage: list) -> list[nn.Parameter]:
    return [
        p
        for part in stage
        for p in ([part] if isinstance(part, nn.Parameter) else part.parameters())
    ]


def _train(tower: OpenCLIPVisual, facts: dict) -> None:
    bag = torch.randn(1, FRAMES, 3, facts['size'], facts['size'])
    features = tower(bag.flatten(0, 1))
    if features.shape != (FRAMES, facts['width']) or not features.isfinite().all():
        raise WrongFeaturesError(f'features of the shape {tuple(features.shape)}')
    if torch.equal(*features.detach()):
        raise WrongFeaturesError('two frames have the same features')
    features.square().sum().backward()
    trained = [(n, p) for n, p in tower.named_parameters() if p.requires_grad]
    without = [name for name, parameter in trained if parameter.grad is None]
    if without:
        raise WrongFeaturesError(f'no gradient for {", ".join(without)}')


def _take_weights(text: OpenCLIPText, tower: nn.Module) -> None:
    rows = tower.token_embedding.weight.detach()[text.token_ids]
    state = tower_state(tower) | dict(token_ids=text.token_ids, token_rows=rows)
    text.load_state_dict(state | dict(context=text.context.detach()))
    text._start_context()


def _of_open_clip(model: nn.Module, text: OpenCLIPText) -> Tensor:
    """Features of open_clip for the texts with their contexts written out."""
    cut = text.tokenizer
    ids = [cut.encode(f'{BEFORE} {each}') for [each] in TEXTS.values()]
    rows, _ = lay_out(ids, 0, text.context_length, cut)
    return F.normalize(model.encode_text(rows), dim=-1)
