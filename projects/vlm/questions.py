"""Makes the questions about a clip."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .asking import Dialogue
from .clips import Shown
from .conditions import Condition, stage_texts
from .facts import Facts
from .pictures import to_text
from .prompts import Prompt

_STAGES = json.loads(
    Path(__file__).with_name('stages.json').read_text(encoding='utf-8')
)


@dataclass(frozen=True)
class Asked:
    """Settings that the questions about all clips share.

    Attributes:
        prompt: The prompt file.
        classes: The names to choose from.
        condition: Additions to the frames and the question.
        chain: True if the stages of ``stages.json`` come before the question.
        side: Largest length of a picture's longer side, pixels.
        settings: Settings of the request: ``model``, ``max_tokens``, ``temperature``.
        facts: Facts by clip.
    """

    prompt: Prompt
    classes: tuple[str, ...]
    condition: Condition = Condition()
    chain: bool = False
    side: int = 448
    settings: Mapping = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)

    def dialogue(self, clip: str, shown: Shown, person: int | None = None) -> Dialogue:
        """The questions about a clip, or about one person in it."""
        facts = self.facts.get(clip, Facts())
        frames = self.condition.show(shown.frames, shown.indices, facts)
        pictures = [
            dict(type='image_url', image_url=dict(url=to_text(frame, self.side)))
            for frame in frames
        ]
        question = self.prompt.fill(self.classes, len(frames), person)
        told = self.condition.tell(facts, person)
        texts = [question]
        if self.chain:
            whom = 'the person' if person is None else f'person {person}'
            texts = stage_texts(
                _STAGES['stages'],
                f'{_STAGES["check"]} {question}',
                lambda text: text.replace('{whom}', whom),
            )
        if told:
            texts[0] = f'{told}\n{texts[0]}'
        opening = [
            dict(role='system', content=self.prompt.system),
            dict(role='user', content=[*pictures, dict(type='text', text=texts[0])]),
        ]
        return Dialogue(dict(self.settings), opening, texts[1:])
