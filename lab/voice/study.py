"""Study of a face, a voice in values and a voice in words, over several repeats."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from lab.kept_result import kept_result
from lab.paths import ROOT
from projects.vowelprompt.classifiers import Given, Reader, uar
from projects.vowelprompt.listening import Heard, listen
from tgdfer_mm.clips.sampling import sample_segments
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import held
from tgdfer_mm.registry import MODELS
from tgdfer_mm.synth.clips import EMOTIONS, Clip
from tgdfer_mm.synth.tree import SynthSpec
from tgdfer_mm.synth.voice import clip_sound

REPEATS = 6
SIZE = 64  # pixels
_AT_ONCE = 128  # pictures
# Inputs of the classifier; and kinds of sound: the clip's own, one that follows other
# expressions, or that of another clip.
KINDS = ('true', 'other', 'shuffled')
GIVEN = {
    'values': ('values',),
    'words': ('words',),
    'face_values': ('face', 'values'),
    'face_words': ('face', 'words'),
    'face_both': ('face', 'values', 'words'),
}

Results = list[dict[str, float]]  # UAR of each arm, for one repeat


def load_plan() -> dict:
    """The plan of the study."""
    path = Path(__file__).with_name('plan.json')
    return json.loads(path.read_text(encoding='utf-8'))


def measure(
    root: Path,
    repeats: int = REPEATS,
    report: Callable[[str], None] = print,
    plan: dict | None = None,
) -> Results:
    """Draws people who speak, and measures UAR with face, values and words.

    Finished parts are kept: a second call continues.

    Args:
        root: Folder of the study.
        repeats: Number of repeats.
        report: Called with one line of text for each repeat.
        plan: Plan to use instead of ``plan.json``.

    Returns:
        For each repeat the UAR by arm: ``face``; and each of :data:`GIVEN` with each of
        :data:`KINDS`, such as ``face_words true``.

    Raises:
        OtherConfigError: The plan of a finished repeat has changed.
        BusyError: Another process is running this study.
    """
    root, plan = Path(root).absolute(), plan or load_plan()
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    advice = 'Delete it, or take another folder for the study.'
    results: Results = []
    with held(root / '.lock', f'the study in {root}'):
        for repeat in range(repeats):
            path = root / f'repeat{repeat}.json'
            kept = kept_result(path, 'figures', digest, advice)
            if kept is None:
                figures = perform(plan, repeat)
                kept = dict(config_sha256=digest, figures=figures)
                write_text(path, json.dumps(kept, indent=1) + '\n')
                report(
                    f'repeat {repeat}: face {figures["face"]:.1f}, with values '
                    f'{figures["face_values true"]:.1f}'
                )
            results.append(kept['figures'])
    return results


def perform(plan: dict, repeat: int) -> dict[str, float]:
    """One repeat, see :func:`measure`."""
    seed, people = plan['seed'] + repeat, plan['people']
    clips = draw_plans(plan['level'], seed, people['train'] + people['test'])
    label = np.array([EMOTIONS.index(clip.label) for _, clip in clips])
    train = np.array([clip.person < people['train'] for _, clip in clips])
    face = read_faces(plan['recognizer'], [c for _, c in clips], plan['frames'])
    voices = {k: hear(clips, seed, k) for k in ('true', 'other')}
    voices['shuffled'] = _shuffled(voices['true'], train, seed)

    def score(*given: Given) -> float:
        parts = [[_of(g, rows) for g in given] for rows in (train, ~train)]
        reader = Reader(plan['strength']).fit(parts[0], label[train])
        return uar(reader.predict(parts[1]), label[~train])

    figures = {'face': score(face)}
    for kind in KINDS:
        known = dict(
            face=face,
            values=np.stack([each.numbers for each in voices[kind]]),
            words=[each.words for each in voices[kind]],
        )
        for name, wanted in GIVEN.items():
            figures[f'{name} {kind}'] = score(*(known[part] for part in wanted))
    return figures


def draw_plans(level: str, seed: int, people: int) -> list[tuple[int, Clip]]:
    """Clips of so many people, each with every emotion; with their numbers."""
    per_fold = -(-people // 5)
    spec = SynthSpec(size=SIZE, seed=seed, level=level, clips_per_class=per_fold)
    planned = [each for each in spec.plan() if each.person < people]
    return [(each.number, spec.clip(each)) for each in planned]


def hear(clips: list[tuple[int, Clip]], seed: int, kind: str) -> list[Heard]:
    """Voices of clips, scaled by person over all clips of the person."""
    return listen(
        dict(
            clip=str(number),
            person=str(clip.person),
            sound=clip_sound(clip, (seed, number), kind),
        )
        for number, clip in clips
    )


@torch.no_grad()
def read_faces(recognizer: str, clips: list[Clip], frames: int) -> np.ndarray:
    """Features of clips from the frozen tower (N, D): the mean over the frames, and the
    highest score of each class.
    """
    model = _tower(recognizer)
    norm, texts = model.data_preprocessor, model.text_encoder()
    places = [sample_segments(len(c), frames, True)[0] for c in clips]
    pictures = np.stack(
        [c.draw(i, SIZE) for c, own in zip(clips, places, strict=True) for i in own]
    )
    found = []
    for some in torch.from_numpy(pictures).permute(0, 3, 1, 2).split(_AT_ONCE):
        found.append(model.backbone((some.float() - norm.mean) / norm.std))
    features = F.normalize(torch.cat(found), dim=-1).unflatten(0, (len(clips), frames))
    scores = features @ texts.t()
    return torch.cat([features.mean(1), scores.amax(1)], dim=1).numpy()


def _tower(recognizer: str) -> nn.Module:
    init_default_scope('mmaction')
    model = MODELS.build(Config.fromfile(ROOT / recognizer).model)
    model.init_weights()
    return model.eval()


def _shuffled(heard: list[Heard], train: np.ndarray, seed: int) -> list[Heard]:
    """Each clip with the voice of another one, of training or testing as itself."""
    rng, order = np.random.default_rng([seed, 11]), np.arange(len(heard))
    for rows in (train, ~train):  # one cycle: no clip keeps its own voice
        cycle = rng.permutation(order[rows])
        order[cycle] = np.roll(cycle, 1)
    return [heard[i] for i in order]


def _of(given: Given, rows: np.ndarray) -> Given:
    if isinstance(given, np.ndarray):
        return given[rows]
    return [text for text, wanted in zip(given, rows, strict=True) if wanted]
