"""Measures of a model's parts: their learned numbers, and their effects."""

from functools import singledispatch

from torch import Tensor, nn

from tgdfer_mm.models.necks.resting_face_neck import RestingFace
from tgdfer_mm.models.necks.visual_prompt_neck import (
    RelevanceNeck,
    VisualPromptNeck,
    cosines_between,
    visual_prompts,
)
from tgdfer_mm.models.temporal.lgt import LocalGlobalTemporal
from tgdfer_mm.models.temporal.tca import SharedMapTemporal
from tgdfer_mm.models.temporal.temporal_network import TemporalNetwork
from tgdfer_mm.models.text.class_vectors import LearnedClassVectors
from tgdfer_mm.models.text.openclip_text import OpenCLIPText


@singledispatch
def part_state(module: nn.Module) -> dict[str, Tensor]:
    """A module's learned numbers on a scale that people read, or arrays of vectors.

    A weight, not its logit. A module of another class is no part; register a function
    for the class to make it one.
    """
    return {}


@singledispatch
def part_activity(module: nn.Module, inputs: tuple, output) -> dict[str, Tensor]:
    """From one call of a module, a number for each clip of the batch (N,).

    A module of another class is not measured; register a function for the class.
    """
    return {}


def has_activity(module: nn.Module) -> bool:
    """True if the calls of a module are measured."""
    return part_activity.dispatch(type(module)) is not part_activity.dispatch(object)


@part_state.register
def _(module: OpenCLIPText) -> dict[str, Tensor]:
    return {'context': module.context} if module.context.requires_grad else {}


@part_state.register
def _(module: LearnedClassVectors) -> dict[str, Tensor]:
    return {'vectors': module.vectors}


@part_state.register
def _(module: LocalGlobalTemporal) -> dict[str, Tensor]:
    weights = zip(module.windows, module.window_logits.softmax(0), strict=True)
    state = {f'window_weight_{size}': weight for size, weight in weights}
    return state | {'long_decay': module.long.log_decay.exp()}


@part_state.register
def _(module: SharedMapTemporal) -> dict[str, Tensor]:
    return {'full_share': module.mix_logit.sigmoid()}


@part_state.register
def _(module: RelevanceNeck) -> dict[str, Tensor]:
    return {'tau': module.log_tau.exp()} if module.log_tau.requires_grad else {}


@part_state.register
def _(module: VisualPromptNeck) -> dict[str, Tensor]:
    return {'gamma': module.gamma, 'tau': module.log_tau.exp()}


@part_activity.register
def _(module: VisualPromptNeck, inputs: tuple, output: tuple) -> dict[str, Tensor]:
    """For each bag: similarity of the prompts, and shift of the labels."""
    bag = output[0]
    prompt = visual_prompts(bag.instances, bag.relevance)
    return {
        'prompt_cos': cosines_between(prompt).mean(-1),
        'label_shift': (bag.enriched - bag.text).norm(dim=-1).mean(-1),
    }


@part_activity.register
def _(module: RestingFace, inputs: tuple, output: Tensor) -> dict[str, Tensor]:
    return {'added_norm': _added(inputs, output)}


@part_activity.register
def _(module: TemporalNetwork, inputs: tuple, output: Tensor) -> dict[str, Tensor]:
    return {'branch_norm': _added(inputs, output)}


def _added(inputs: tuple, output: Tensor) -> Tensor:
    """For each bag: norm of the added vectors, relative to that of the instances."""
    x, mask = inputs
    added = ((output - x) * mask[..., None]).flatten(1).norm(dim=1)
    return added / (x * mask[..., None]).flatten(1).norm(dim=1)
