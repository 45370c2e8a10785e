"""Which frozen tower looks at a user's clips, and whether texts guide it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..catalogue import catalogue
from ..files import parse_json
from ..labels.expression_names import same_expression
from ..models.text.descriptions import load_descriptions
from ..models.text.openclip_text import TEMPLATE
from ..models.text.tokens import TOKENIZER, encode_texts
from ..models.vision_language.open_clip_models import resolve
from ..models.vision_language.text_image_checkpoint import load_vlm_state
from .recipe import RecipeError

AUTO = 'auto'
_FILE = Path(__file__).with_name('towers.json')


@dataclass(frozen=True)
class Tower:
    """A tower, and the parts of the model that depend on it.

    Attributes:
        name: As ``--tower`` takes it.
        about: What it is.
        image_size: Side of the pictures that it is shown, pixels.
        texts: Config of its text encoder without descriptions; None if it has none.
        model: Parts of the model.
        descriptions: Name of shipped texts in the words of its training, for a tower
            that knows few others.
        domain: ``drawn`` of one that knows drawn faces only.
        note: What has to be said with every result of a model on it, a sentence.
        why: Why it was chosen.
    """

    name: str
    about: str
    image_size: int
    texts: dict | None
    model: dict
    descriptions: str | None = None
    domain: str | None = None
    note: str | None = None
    why: str = 'it was asked for'


def find_tower(name: str) -> Tower:
    """The tower of a name; ``auto`` is the first expert that is here, or ``small``.

    Raises:
        RecipeError: If there is none, or it has not been fetched.
    """
    known = json.loads(_FILE.read_text(encoding='utf-8'))
    experts = [each for each, facts in known.items() if facts['texts'] is None]
    if name == AUTO:
        here = [each for each in experts if catalogue()[each].here]
        name = here[0] if here else 'small'
        why = (
            'it is here and knows real faces'
            if here
            else f'no model of real faces is here (`tgdfer models get {experts[0]}` '
            'fetches one, `--tower clip` takes CLIP)'
        )
        return Tower(name, why=why, **known[name])
    if name in catalogue() and name not in known:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower): it gives scores of its own classes and '
            f'no features to train on. There are {[AUTO, *known]}.'
        )
    if name not in known:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower): there are {[AUTO, *known]}.'
        )
    if name in experts and not catalogue()[name].here:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower): it is not on this machine. Get it by '
            f'`tgdfer models get {name}`.'
        )
    return Tower(name, **known[name])


def choose_texts(
    tower: Tower, classes: Sequence[str], own: Mapping[str, list[str]] | None
) -> tuple[dict, str]:
    """What stands for the classes: their texts, or learned vectors.

    Args:
        tower: The tower.
        classes: The classes, in the order of the labels.
        own: Texts of the user. Without them a tower that was trained on few words has
            shipped ones, if they fit the classes; any other has the classes' names.

    Returns:
        Config of the text encoder, and a sentence that says what it has.
    """
    width = tower.model['cls_head']['in_channels']
    learned = dict(
        type='LearnedClassVectors', classes=list(classes), out_channels=width
    )
    if tower.texts is None:
        ignored = '; the texts of the classes are not used' if own else ''
        return learned, (
            f'the tower {tower.name} knows no words, so a vector is learned for each '
            f'class{ignored}'
        )
    if own:
        texts, whose = own, 'the texts of the classes are yours'
    elif tower.descriptions:
        texts = _shipped(tower, classes)
        whose = (
            'the classes have no texts of yours, so those of this package are taken, '
            'which say how a face moves'
        )
    else:
        texts = {name: [name.replace('_', ' ').strip()] for name in classes}
        whose = (
            'the classes have no texts, so their names are taken; texts in '
            'classes.json guide better (docs/own.md)'
        )
    if texts is None:
        return learned, (
            f'the tower {tower.name} has no texts that tell these classes apart, so a '
            'vector is learned for each class'
        )
    pairs = [[name, list(texts[name])] for name in classes]
    problem = refused_texts(tower, dict(pairs))
    if problem:
        return learned, (
            f'the tower {tower.name} does not know all words of the classes '
            f'({problem}), so a vector is learned for each class'
        )
    return dict(tower.texts, descriptions=pairs), whose


def _shipped(tower: Tower, classes: Sequence[str]) -> dict[str, list[str]] | None:
    """The tower's own texts; None if a class has none, or two have the same ones."""
    texts = {
        same_expression(name): each
        for name, each in load_descriptions(tower.descriptions).items()
    }
    meant = [same_expression(name) for name in classes]
    if len(set(meant)) < len(meant) or not set(meant) <= set(texts):
        return None
    return {name: texts[each] for name, each in zip(classes, meant, strict=True)}


def refused_texts(tower: Tower, texts: dict[str, list[str]]) -> str | None:
    """Why a tower cannot take some texts; None if it can."""
    texts = load_descriptions([[name, each] for name, each in texts.items()])
    context = len(TOKENIZER.encode(TEMPLATE))
    try:
        encode_texts(texts, context, _limit(tower), _kept(tower.texts['pretrained']))
    except ValueError as error:
        return str(error).split(': ')[0]  # the rest is for those who train towers
    return None


def _limit(tower: Tower) -> int:
    arch = resolve(tower.texts['arch'])
    if not Path(arch).is_file():
        return 77  # of every CLIP
    config = parse_json(Path(arch).read_text(encoding='utf-8'))
    return config.get('text_cfg', {}).get('context_length', 77)


@cache
def _kept(pretrained: str) -> list[int] | None:
    """Ids of the words that a file of weights has; None: all."""
    path = Path(resolve(pretrained))
    return load_vlm_state(path)[2].tolist() if path.is_file() else None
