"""SoVTP's conditions (drawings and facts given to a model) and its chain of five
stages.

SoVTP (arXiv 2504.17224) draws boxes, numbers and landmarks on whole frames, and asks in
five stages: scene, body, the others, facial movements, a checked answer. Its prompts
are not public; those of ``stages.json`` are ours [choice].
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import AskingError
from .facts import Facts, Person
from .overlays import draw_overlay


@dataclass(frozen=True)
class Condition:
    """The additions that a model gets with the frames.

    Attributes:
        boxes: True if each person has a box.
        numbers: True if each box has a number.
        landmarks: True if points of the faces are drawn.
        words: True if the scene and the measured movements are given in words.
    """

    boxes: bool = False
    numbers: bool = False
    landmarks: bool = False
    words: bool = False

    def show(
        self, frames: np.ndarray, indices: Sequence[int], facts: Facts
    ) -> list[np.ndarray]:
        """The frames with the drawings of this condition.

        Args:
            frames: (T, H, W, 3) uint8 RGB.
            indices: The number of each in its clip.
            facts: Facts about the clip.
        """
        if not self.boxes:
            return list(frames)
        return [
            draw_overlay(frame, facts.people, i, self.numbers, self.landmarks)
            for frame, i in zip(frames, indices, strict=True)
        ]

    def tell(self, facts: Facts, person: int | None) -> str:
        """The words that this condition adds to the question; may be empty."""
        lines = []
        if self.numbers and len(facts.people) > 1:
            ids = ', '.join(str(each.id) for each in facts.people)
            lines.append(f'The people in the pictures have the numbers {ids}.')
        if self.words:
            if facts.scene:
                lines.append(f'Scene: {facts.scene}')
            for each in facts.people:
                if person in (None, each.id):
                    lines += _movements(each, len(facts.people) > 1)
        return '\n'.join(lines)


CONDITIONS = {
    'plain': Condition(),
    'box': Condition(boxes=True),
    'number': Condition(boxes=True, numbers=True),
    'full': Condition(boxes=True, numbers=True, landmarks=True, words=True),
}


def find_condition(name: str, has_facts: bool) -> Condition:
    """A condition by its name.

    Raises:
        AskingError: There is no such condition, or it needs facts and there are none.
    """
    if name not in CONDITIONS:
        raise AskingError(f'--condition {name}: there are {list(CONDITIONS)}.')
    if name != 'plain' and not has_facts:
        raise AskingError(
            f'--condition {name} needs --facts, a file that says where people are.'
        )
    return CONDITIONS[name]


def stage_texts(stages: dict, last: str, fill: Callable[[str], str]) -> list[str]:
    """The texts of a chain: those of the stages, then the question itself.

    Args:
        stages: Text of each stage, by its name, in order.
        last: The question.
        fill: Puts numbers of people into a text.
    """
    return [*map(fill, stages.values()), last]


def _movements(person: Person, several: bool) -> list[str]:
    if not person.movements:
        return []
    whose = f' of person {person.id}' if several else ''
    return [f'Measured movements{whose}: {"; ".join(person.movements)}']
