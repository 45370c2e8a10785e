"""Baselines without training on clips: shortcuts, zero-shot, frames."""

import json
from pathlib import Path

from tgdfer_mm.datasets.feature_store import FeatureStore
from tgdfer_mm.features import cache_features
from tgdfer_mm.registry import DATASETS, MODELS
from tgdfer_mm.run_config.walk import data_sets

from .frame_baselines import frame_baselines
from .plan import EvidencePlan, Job
from .shortcuts import shortcut_table
from .train import OtherConfigError, job_config, other_style_config, truth_file
from .zero_shot import zero_shot_figures

_TEXTS = {  # wording -> file, without the part of the name that the level adds
    'class names': '_names',
    'descriptions': '',
    'shuffled descriptions': '_shuffled',
}


def measure_baselines(plan: EvidencePlan, root: Path, vlms: dict[str, str]) -> dict:
    """Measures the baselines, and writes ``baselines.json`` in the experiment's folder.

    Args:
        plan: The plan.
        root: Folder of the experiment.
        vlms: Name -> weight file of the vision-language models.

    Returns:
        ``shortcuts``: level -> UAR by shortcut; ``zero_shot``: rows with ``vlm``,
        ``clips``, ``texts``, ``UAR`` and ``AUROC``; ``frames``: level -> baseline ->
        numbers of :func:`~lab.evidence.frame_baselines.frame_baselines` for
        each fold's test clips; ``measured``: the parts of the plan that they depend on.

    Raises:
        OtherConfigError: The file belongs to another plan.
    """
    path = root / 'baselines.json'
    measured = [plan.conditions, plan.vlms, [*plan.folds], plan.clips_per_class]
    if path.is_file():
        found = json.loads(path.read_text(encoding='utf-8'))
        if found.get('measured') != measured:
            raise OtherConfigError(
                f'{path} was measured with other conditions, models, folds or clips '
                'than the plan has now. Delete it to measure again.'
            )
        return found
    shortcuts, rows, frames = {}, [], {}
    for condition, facts in plan.conditions.items():
        if facts.get('data'):
            continue  # the same pictures
        cfg = job_config(Job(plan.reference, condition, 0), plan, root, vlms)
        other = other_style_config(cfg, condition, plan, root)
        if 'vlm' not in facts:
            train, test = _data(cfg)
            shortcuts[condition] = shortcut_table(train, test)
            frames[condition] = _frames(condition, plan, root, vlms)
        for name, each in ((condition, cfg), (facts.get('other_style'), other)):
            if each is not None:
                clips = name if each is cfg else f'{condition}, {name}'
                vlm = facts.get('vlm', 'shipped')
                rows += _zero_shot(each, vlm, clips, facts, root)
    found = dict(shortcuts=shortcuts, zero_shot=rows, frames=frames, measured=measured)
    path.write_text(json.dumps(found, indent=1), encoding='utf-8')
    return found


def _data(cfg) -> list:
    used = data_sets(cfg, 'train_dataloader', 'test_dataloader')
    nodes = [each.config for each in used]
    return [DATASETS.build({**node, 'pipeline': []}) for node in nodes]


def _frames(
    condition: str, plan: EvidencePlan, root: Path, vlms: dict[str, str]
) -> dict[str, list[dict]]:
    truth = str(truth_file(plan.conditions[condition], root))
    found: dict[str, list[dict]] = {}
    for repeat in range(len(plan.folds)):
        cfg = job_config(Job(plan.reference, condition, repeat), plan, root, vlms)
        for source, numbers in frame_baselines(cfg, truth).items():
            found.setdefault(source, []).append(numbers)
    return found


def _zero_shot(cfg, vlm: str, clips: str, facts: dict, root: Path) -> list[dict]:
    store = FeatureStore(cache_features(cfg, root / 'features'))
    truth = json.loads(truth_file(facts, root).read_text(encoding='utf-8'))
    stem = 'synth_dynamics' if facts['level'] == 'dynamics' else 'synth'
    rows = []
    for texts, ending in _TEXTS.items():
        encoder = MODELS.build(
            {**cfg.model.text_encoder, 'descriptions': stem + ending}
        )
        encoder.init_weights()
        figures = zero_shot_figures(_data(cfg), store, encoder, truth)
        rows.append(dict(vlm=vlm, clips=clips, texts=texts, **figures))
    return rows
