"""The choice of a frozen tower and of class texts for a user's clips."""

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
        name: Value of ``--tower``.
        about: Description of the tower.
        image_size: Height and width of its input pictures, pixels.
        texts: Config of its text encoder without descriptions; None if it has none.
        model: Parts of the model.
        descriptions: Name of shipped texts in the words of its training, for a tower
            that knows few other words.
        domain: ``drawn`` for a tower that only knows drawn faces.
        note: A sentence that every result of a model with it has to contain.
        why: Reason for the choice.
    """

    name: str
    about: str
    image_size: int
    texts: dict | None
    model: dict
    descriptions: str | None = None
    domain: str | None = None
    note: str | None = None
    why: str = 'you asked for it'


def find_tower(name: str) -> Tower:
    """The tower with a name; ``auto`` is the first installed expert, or ``small``.

    Raises:
        RecipeError: If the name is unknown, or the tower has not been fetched.
    """
    known = json.loads(_FILE.read_text(encoding='utf-8'))
    experts = [each for each, facts in known.items() if facts['texts'] is None]
    if name == AUTO:
        here = [each for each in experts if catalogue()[each].here]
        name = here[0] if here else 'small'
        why = (
            'it is on this machine and knows real faces'
            if here
            else 'no model of real faces is on this machine '
            f'(`tgdfer models get {experts[0]}` fetches one, `--tower clip` uses CLIP)'
        )
        return Tower(name, why=why, **known[name])
    if name in catalogue() and name not in known:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower): it gives scores of its own classes and '
            f'no features for training. Use one of {[AUTO, *known]}.'
        )
    if name not in known:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower) is unknown: use one of {[AUTO, *known]}.'
        )
    if name in experts and not catalogue()[name].here:
        raise RecipeError(
            f'recipe.tower={name!r} (--tower): it is not on this machine. Get it with '
            f'`tgdfer models get {name}`.'
        )
    return Tower(name, **known[name])


def choose_texts(
    tower: Tower, classes: Sequence[str], own: Mapping[str, list[str]] | None
) -> tuple[dict, str]:
    """The text encoder of the classes: with their texts, or learned vectors.

    Args:
        tower: The tower.
        classes: The classes, in the order of the labels.
        own: Texts of the user. Without them, a tower that was trained on few words gets
            shipped texts, if they fit the classes; other towers get the class names.

    Returns:
        Config of the text encoder, and a sentence about its texts.
    """
    width = tower.model['cls_head']['in_channels']
    learned = dict(
        type='LearnedClassVectors', classes=list(classes), out_channels=width
    )
    if tower.texts is None:
        ignored = '; your texts of the classes are not used' if own else ''
        return learned, (
            f'the tower {tower.name} knows no words, so a vector is learned for each '
            f'class{ignored}'
        )
    if own:
        texts, whose = own, 'the texts of the classes are yours'
    elif tower.descriptions:
        texts = _shipped(tower, classes)
        whose = (
            'you gave no texts of the classes, so those of this package are used, '
            'which describe movements of the face'
        )
    else:
        texts = {name: [name.replace('_', ' ').strip()] for name in classes}
        whose = (
            'you gave no texts of the classes, so their names are used; texts in '
            'classes.json give better results (docs/own.md)'
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
    """The tower's own texts; None if a class has none, or two classes have the same."""
    texts = {
        same_expression(name): each
        for name, each in load_descriptions(tower.descriptions).items()
    }
    meant = [same_expression(name) for name in classes]
    if len(set(meant)) < len(meant) or not set(meant) <= set(texts):
        return None
    return {name: texts[each] for name, each in zip(classes, meant, strict=True)}


def refused_texts(tower: Tower, texts: dict[str, list[str]]) -> str | None:
    """The reason why a tower cannot encode some texts; None if it can."""
    texts = load_descriptions([[name, each] for name, each in texts.items()])
    context = len(TOKENIZER.encode(TEMPLATE))
    try:
        encode_texts(texts, context, _limit(tower), _kept(tower.texts['pretrained']))
    except ValueError as error:
        return str(error).split(': ')[
            0
        ]  # the rest of the message is for people who train towers
    return None


def _limit(tower: Tower) -> int:
    arch = resolve(tower.texts['arch'])
    if not Path(arch).is_file():
        return 77  # the same for every CLIP
    config = parse_json(Path(arch).read_text(encoding='utf-8'))
    return config.get('text_cfg', {}).get('context_length', 77)


@cache
def _kept(pretrained: str) -> list[int] | None:
    """Ids of the words in a file of weights; None means all."""
    path = Path(resolve(pretrained))
    return load_vlm_state(path)[2].tolist() if path.is_file() else None
