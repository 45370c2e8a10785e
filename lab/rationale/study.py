"""Rationales of TG-DFER on drawn faces, over several repeats."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from lab.kept_result import kept_result
from tgdfer_mm.evaluation.frame_reliance import frame_reliance
from tgdfer_mm.evaluation.frame_sources import SOURCES, PredictedClip
from tgdfer_mm.evaluation.judges import RuleJudge, TextTowerJudge
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import held
from tgdfer_mm.models.text.movement_texts import TowerMovements
from tgdfer_mm.run_config.stated_later import as_it_was

from .rationales import TestClip, chosen, figures, told_by, told_truth
from .training import job_config, trained

REPEATS = 6
ARM = 'full'
SHARE = 0.25
SEED = 25
_SHOWN = 0.2  # lowest value of a visible unit, as in the lexicon


def measure(
    root: Path,
    data: Path,
    features: Path,
    repeats: int = REPEATS,
    report: Callable[[str], None] = print,
    changes: dict | None = None,
) -> list[dict]:
    """Trains TG-DFER, tests it on relevant and other frames, and judges the rationales.

    Args:
        root: Folder of the study; finished results in it are kept.
        data: Folder of the clips, with one for each level in it.
        features: Folder of the frozen tower's features.
        repeats: Number of repeats.
        report: Called with one line of text for each repeat.
        changes: Of the config, as ``Config.merge_from_dict`` takes them.

    Returns:
        For each repeat ``reliance``, by source of the frames' values what
        :func:`.frame_reliance` gives; ``consistency``, by what is told and by judge
        what :func:`~.rationales.figures` gives; and ``reading``, how right the words
        are that the text tower finds.

    Raises:
        OtherConfigError: The config of a finished repeat has changed.
        BusyError: Another process is running this study.
    """
    root = Path(root).absolute()
    root.mkdir(parents=True, exist_ok=True)
    results = []
    with held(root / '.lock', f'the study in {root}'):
        for repeat in range(repeats):
            cfg = job_config(ARM, repeat, root, data, features)
            cfg.merge_from_dict(changes or {})
            path, known = root / f'repeat{repeat}.json', digest(cfg)
            advice = 'Delete it, or take another folder for the study.'
            found = kept_result(path, 'figures', known, advice)
            if found is None:
                found = dict(config_sha256=known, figures=perform(cfg, repeat))
                write_text(path, json.dumps(found, indent=1) + '\n')
                sufficiency = found['figures']['reliance']['relevance']['sufficiency']
                report(f'repeat {repeat}: {sufficiency}')
            results.append(found['figures'])
    return results


def digest(cfg: Config) -> str:
    """SHA-256 of the model and the training of a config, without folders."""
    parts = {key: cfg[key] for key in ('model', 'optim_wrapper', 'train_cfg')}
    parts['data'] = [cfg.train_dataloader.dataset.get(k) for k in ('fold', 'level')]
    text = json.dumps([parts, cfg.randomness, SHARE, SEED], sort_keys=True, default=str)
    text = json.dumps(as_it_was(json.loads(text), laboratory=True), sort_keys=True)
    for folder in (str(cfg.get('recipe', '')), str(cfg.work_dir)):
        text = text.replace(folder, '')
    return hashlib.sha256(text.encode()).hexdigest()


@torch.no_grad()
def judge_all(runner: Runner, seed: int) -> dict:
    """All figures of a trained model."""
    model = runner.model
    loader = runner.build_dataloader(runner.cfg.test_dataloader, seed=0)
    data = loader.dataset
    truth = {clip.number: clip for clip in data.spec.plan()}
    classes = data.metainfo['classes']

    def intensity(clip: PredictedClip) -> np.ndarray:
        drawn = data.spec.clip(truth[int(clip.name)])
        return drawn.intensity[clip.frame_inds[: clip.num_valid]]

    sources = dict(relevance='relevance', scores='instance_scores', truth=intensity)
    reliance = {  # random frames are the same for all sources
        name: frame_reliance(
            *(model.test_step, loader, source, SHARE),
            draws=5 if name == 'relevance' else 1,
            seed=seed,
        )
        for name, source in sources.items()
    }
    clips = list(_clips(model, loader, data, truth, len(classes)))
    reader = TowerMovements(model.text_encoder)
    rng = np.random.default_rng(seed)
    relevant = [chosen(clip, SHARE, None) for clip in clips]
    random = [chosen(clip, SHARE, rng) for clip in clips]
    told = dict(truth=told_truth, tower=told_by(reader))
    texts = {
        f'{what}, {which}': [
            tell(clip, own) for clip, own in zip(clips, frames, strict=True)
        ]
        for what, tell in told.items()
        for which, frames in (('relevant', relevant), ('random', random))
    }
    own = model.text_encoder.texts
    texts['parrot'] = [own[classes[clip.pred]][:1] for clip in clips]
    judges = dict(
        rule=RuleJudge(),
        drawn=RuleJudge('drawn'),
        text_tower=TextTowerJudge(model.text_encoder),
    )
    return dict(
        reliance=reliance,
        consistency={
            what: {
                name: figures(clips, said, classes, judge)
                for name, judge in judges.items()
            }
            for what, said in texts.items()
        },
        reading=_reading(clips, relevant, reader),
    )


def perform(cfg: Config, seed: int) -> dict:
    """Trains a model, and returns all of its figures."""
    return judge_all(trained(cfg), SEED + seed)


def _clips(model, loader, data, truth: dict, num_classes: int):
    for batch in loader:
        samples = [sample.clone() for sample in batch['data_samples']]
        said = model.test_step(dict(inputs=batch['inputs'], data_samples=samples))
        for inputs, sample in zip(batch['inputs'], said, strict=True):
            plain = sample.to_dict()
            pred = int(plain['pred_score'].argmax())
            clip = PredictedClip(plain, None, pred, num_classes)
            drawn = data.spec.clip(truth[int(clip.name)])
            frames = clip.frame_inds[: clip.num_valid]
            yield TestClip(
                clip.name,
                int(plain['gt_label']),
                plain['pred_score'],
                SOURCES['relevance'](clip),
                [drawn.units(int(i)) for i in frames],
                inputs[: len(frames)].float(),
            )


def _reading(
    clips: list[TestClip], relevant: list[np.ndarray], reader: TowerMovements
) -> dict[str, float]:
    """Precision and recall of the words that the tower finds in relevant frames.

    A word is true if a unit of the movement is visible in the frame; a unit is found
    if a word names it.
    """
    named = true = shown = found = 0
    for clip, frames in zip(clips, relevant, strict=True):
        for i, row in zip(frames, reader.read(clip.features[frames]), strict=True):
            visible = {u for u, value in clip.truth[i].items() if value >= _SHOWN}
            words = [set(m.units) for m, _ in reader.told(row)]
            named += len(words)
            true += sum(bool(each & visible) for each in words)
            shown += len(visible)
            found += len(visible & set().union(*words))
    return dict(
        precision=100 * true / max(1, named),
        recall=100 * found / max(1, shown),
        words=named / max(1, sum(map(len, relevant))),
    )
