"""Several folds and seeds trained at once, as one batch of models."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import deepcopy

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.optim import AmpOptimWrapper
from mmengine.registry import init_default_scope
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from tgdfer_mm.datasets.feature_store import FeatureCacheError
from tgdfer_mm.models.bag import Bag, make_instances
from tgdfer_mm.models.recognizers import TextGuidedRecognizer
from tgdfer_mm.models.text import OpenCLIPText

from .member import Draw, Member, build_model, make_clips


class Trunk(nn.Module):
    """The trained parts after the towers, neck and head: from tensors to losses.

    Args:
        model: The recognizer they are taken from.
    """

    def __init__(self, model: TextGuidedRecognizer) -> None:
        super().__init__()
        self.neck = model.neck
        self.cls_head = model.cls_head
        self.group = model.frames_per_instance

    def forward(
        self, frames: Tensor, mask: Tensor, text: Tensor, label: Tensor
    ) -> Tensor:
        """The loss of a batch.

        Args:
            frames: Features of the frames, (B, T, D).
            mask: True for frames that count, (B, T).
            text: Features of the class texts, (K, D).
            label: (B,).
        """
        bag = Bag(*make_instances(frames, mask, self.group), text)
        bag, _ = self.neck(bag)
        losses = self.cls_head.loss_of(self.cls_head(bag), label, bag)
        return sum(value for name, value in losses.items() if 'loss' in name)


class ManyModels:
    """Models of one config that differ in fold and seed, trained as one.

    The features are on the device once. The trained parameters of all models are
    stacked, and the parameters of each model are views of the stacks: neck and head of
    all models are computed together (``torch.func.vmap``), and the class texts of all
    models are one batch of the text tower. Each model has its own optimizer, schedules,
    random numbers and data order, like those of a single run.

    Args:
        configs: One config for each fold, on the same cached features.
        seeds: Seeds of each fold.
        device: Device to train on.

    Attributes:
        members: The runs, fold by fold.

    Raises:
        FeatureCacheError: The model or its optimizer cannot be trained this way.
    """

    def __init__(
        self, configs: Sequence[Config], seeds: Sequence[int], device: str = 'cpu'
    ) -> None:
        init_default_scope(configs[0].get('default_scope', 'mmaction'))
        self.device = torch.device(device)
        built = {}
        for seed in seeds:
            built[seed] = build_model(configs[0], seed)
            built[seed][0].backbone = built[seeds[0]][0].backbone  # the same, frozen
        _check_model(built[seeds[0]][0])
        self.members = []
        for cfg in configs:
            clips = make_clips(cfg)
            for seed in seeds:
                model, state = built[seed]
                shared = model.backbone, model.text_encoder.transformer
                copy = deepcopy(model, {id(part): part for part in shared})
                copy = copy.to(self.device)
                self.members.append(Member(cfg, seed, copy, state, clips))
        self.store = clips.store
        self.store.check()
        self.features = torch.tensor(self.store.array).to(self.device)
        self._stack()
        for member in self.members:
            member.start()

    def _stack(self) -> None:
        models = [member.model for member in self.members]
        trunks = [Trunk(model).eval() for model in models]
        self.trunk = deepcopy(trunks[0]).to('meta')
        self.stacks, self.buffers = stack_module_state(trunks)
        self.text = models[0].text_encoder
        contexts = torch.stack([m.text_encoder.context.detach() for m in models])
        self.contexts = contexts.requires_grad_(self.text.context.requires_grad)
        self.trained = {n: p for n, p in self.stacks.items() if p.requires_grad}
        if self.contexts.requires_grad:
            self.trained['text_encoder.context'] = self.contexts
        for s, model in enumerate(models):
            own = dict(model.named_parameters())
            for name, stack in self.trained.items():
                own[name].data = stack.data[s]
            for name, stack in self.stacks.items():
                own[name].data = stack.data[s]
        optim = self.members[0].cfg.optim_wrapper
        self.autocast = optim.get('type') == AmpOptimWrapper.__name__
        self.dtype = getattr(torch, optim.get('dtype') or 'bfloat16')

    def train(self) -> None:
        """Trains all models for the epochs of their configs."""
        for epoch in range(self.members[0].epochs):
            running = dict(enumerate(m.epoch(epoch) for m in self.members))
            while running:
                drawn = {s: next(batches, None) for s, batches in running.items()}
                running = {s: running[s] for s, draw in drawn.items() if draw}
                if running:
                    self.step({s: drawn[s] for s in running})
            last = [member.losses[-1] for member in self.members]
            print_log(
                f'Epoch {epoch + 1} of {self.members[0].epochs}: last losses of '
                f'{len(last)} models {min(last):.4f} to {max(last):.4f}',
                logger='current',
            )

    def step(self, drawn: dict[int, Draw]) -> None:
        """One step of each model that has a batch.

        Args:
            drawn: Index of a model -> its batch.
        """
        with torch.no_grad():  # as the head does in training
            cap = self.members[0].model.cls_head.max_log_scale
            self.stacks['cls_head.logit_scale'].clamp_(max=cap)
        texts = self._texts(drawn)
        groups = defaultdict(list)  # the last batches of two folds may differ in size
        for s, draw in drawn.items():
            groups[draw.row.shape].append(s)
        losses = {}
        for places in groups.values():
            batch = self._batch([drawn[s] for s in places])
            text = torch.stack([texts[s] for s in places])
            of_all = self._call(places, *batch, text)
            losses |= dict(zip(places, of_all, strict=True))
        gradients = torch.autograd.grad(sum(losses.values()), [*self.trained.values()])
        # vmap leaves some transposed; fused optimizers need contiguous memory.
        gradients = [gradient.contiguous() for gradient in gradients]
        values = torch.stack([*losses.values()]).tolist()
        for s, value in zip(losses, values, strict=True):
            self.members[s].step(
                {name: g[s] for name, g in zip(self.trained, gradients, strict=True)},
                value,
            )

    def _batch(self, drawn: list[Draw]) -> tuple[Tensor, Tensor, Tensor]:
        """Frames (S, B, T, D), mask (S, B, T) and labels (S, B)."""
        view, row, valid, label = (
            torch.stack(part).to(self.device, non_blocking=True)
            for part in list(zip(*drawn, strict=True))[:4]
        )
        mask = torch.arange(row.shape[-1], device=self.device) < valid[..., None]
        return self.features[view[..., None], row].float(), mask, label

    def _texts(self, drawn: dict[int, Draw]) -> dict[int, Tensor]:
        """Text features (K, D) of each model, from one batch of the text tower."""
        chosen = [text for draw in drawn.values() for text in draw.texts]
        context = self.contexts[list(drawn)].flatten(0, 1)
        with torch.autocast(self.device.type, self.dtype, enabled=self.autocast):
            found = self.text.encode(chosen, context)
        parts = found.float().split([len(draw.texts) for draw in drawn.values()])
        return dict(zip(drawn, parts, strict=True))

    def _call(
        self,
        places: list[int],
        frames: Tensor,
        mask: Tensor,
        label: Tensor,
        text: Tensor,
    ) -> Tensor:
        """The losses (S,) of some models, each with its own batch."""
        every = len(places) == len(self.members)

        def pick(stacks: dict[str, Tensor]) -> dict[str, Tensor]:
            return stacks if every else {n: t[places] for n, t in stacks.items()}

        def one(parameters, buffers, *batch):
            return functional_call(self.trunk, (parameters, buffers), batch)

        # The only attention kernel that accepts one more dimension on every device.
        with sdpa_kernel(SDPBackend.MATH):
            return vmap(one)(
                *(pick(self.stacks), pick(self.buffers)), frames, mask, text, label
            )


def _check_model(model: nn.Module) -> None:
    if type(model) is not TextGuidedRecognizer or not isinstance(
        model.text_encoder, OpenCLIPText
    ):
        raise FeatureCacheError(
            'Many runs at once are trained of a TextGuidedRecognizer with OpenCLIPText '
            f'only, not of {type(model).__name__} with '
            f'{type(getattr(model, "text_encoder", None)).__name__}.'
        )
    for part in ('neck', 'cls_head'):
        for name, module in model.get_submodule(part).named_modules():
            if isinstance(module, _DropoutNd | _BatchNorm) and getattr(module, 'p', 1):
                raise FeatureCacheError(
                    f'model.{part}.{name} is a {type(module).__name__}, which cannot '
                    'be trained many at once.'
                )
    if getattr(model.cls_head, 'distill', None) is not None:
        raise FeatureCacheError(
            'model.cls_head.distill remembers clips, which cannot be done for many '
            'runs at once.'
        )
    trained = {n.split('.')[0] for n, p in model.named_parameters() if p.requires_grad}
    extra = {n for n in _trained_texts(model.text_encoder) if n != 'context'}
    if trained - {'neck', 'cls_head', 'text_encoder'} or extra:
        raise FeatureCacheError(
            f'Neck, head and contexts are trained many at once, but this model also '
            f'trains {sorted(trained | extra)}.'
        )


def _trained_texts(text: nn.Module) -> Iterable[str]:
    return (name for name, p in text.named_parameters() if p.requires_grad)
