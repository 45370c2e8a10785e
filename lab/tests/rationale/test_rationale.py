"""The study of rationales: what is told, what is kept, what is written."""

import json

import numpy as np
import pytest
import torch
from mmengine.config import Config

from lab.evidence.train import OtherConfigError
from lab.rationale import study
from lab.rationale.page import result_lines, write_tables
from lab.rationale.rationales import TestClip as Clip
from lab.rationale.rationales import chosen, figures, told_truth
from tgdfer_mm.evaluation.judges import RuleJudge
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.synth.action_units import emotion_prototypes

CLASSES = load_classes('dfew')


def clip_of(label, number, frames=8):
    """Its movement is in the two most relevant frames; the rest is at rest."""
    units = emotion_prototypes()[CLASSES[label]][0]
    relevance = np.full(frames, 0.5)
    relevance[[2, 5]] = 3.0, 2.0
    truth = [dict(units, AU45=0.0) if r > 1 else dict(AU45=0.0) for r in relevance]
    score = torch.eye(len(CLASSES))[label]
    return Clip(str(number), label, score, relevance, truth, torch.zeros(frames, 4))


def test_the_most_relevant_frames_are_told_and_drawn_ones_are_others():
    clip = clip_of(0, 0)
    assert chosen(clip, 0.25, None).tolist() == [2, 5]
    assert 'at rest' not in ''.join(told_truth(clip, [2, 5]))
    drawn = [chosen(clip, 0.25, np.random.default_rng(i)).tolist() for i in range(20)]
    assert all(len(set(each)) == 2 for each in drawn) and len({*map(tuple, drawn)}) > 3


def test_true_movements_of_relevant_frames_tell_the_emotion():
    clips = [clip_of(k % 7, k) for k in range(14)]
    judge = RuleJudge('drawn')
    told = [told_truth(clip, chosen(clip, 0.25, None)) for clip in clips]
    assert figures(clips, told, CLASSES, judge)['EEA'] > 95
    calm = [told_truth(clip, [0, 1]) for clip in clips]
    assert figures(clips, calm, CLASSES, judge)['EEA'] == pytest.approx(100 / 7)


def made_up(seed):
    rng = np.random.default_rng(seed)
    both = lambda: dict(relevant=float(rng.uniform(60, 80)), random=float(seed))  # noqa: E731
    names = ('sufficiency', 'necessity', 'single', 'kept', 'lost')
    figure = {n: 50.0 + seed for n in ('EEA', 'FCR', 'EPC', 'WAR', 'sentences')}
    what = ('truth, relevant', 'truth, random', 'tower, relevant', 'tower, random')
    judges = ('rule', 'drawn', 'text_tower')
    return dict(
        reliance={
            source: {name: both() for name in names}
            for source in ('relevance', 'scores', 'truth')
        },
        consistency={k: dict.fromkeys(judges, figure) for k in (*what, 'parrot')},
        reading=dict(precision=57.0, recall=61.0, words=2.5),
    )


def test_the_tables_have_all_and_go_between_the_marks(tmp_path):
    results = [made_up(i) for i in range(6)]
    page = tmp_path / 'page.md'
    page.write_text('a\n<!-- rationale -->\nstale\n<!-- end -->\nb\n')
    write_tables(page, results)
    text = page.read_text()
    assert 'stale' not in text and text.startswith('a\n') and text.endswith('b\n')
    assert '\n'.join(result_lines(results)) in text
    assert text.count('text_tower') == 5 and 'sufficiency: relev' in text
    assert 'random' in '\n'.join(result_lines(results[:1]))  # nothing to pair
    with pytest.raises(ValueError, match='has no place between'):
        write_tables(tmp_path / 'page.md', results) if page.write_text('a') else None


def test_what_is_finished_is_kept_and_another_config_is_refused(tmp_path, monkeypatch):
    asked = []
    cfg = Config(
        dict(
            model=dict(a=1),
            optim_wrapper=dict(),
            train_cfg=dict(max_epochs=1),
            train_dataloader=dict(dataset=dict(fold=1, level='hard')),
            randomness=dict(seed=0),
            work_dir=str(tmp_path),
        )
    )
    monkeypatch.setattr(study, 'job_config', lambda *args: Config(cfg.to_dict()))
    monkeypatch.setattr(
        study, 'perform', lambda cfg, repeat: asked.append(repeat) or made_up(repeat)
    )
    folders = tmp_path, tmp_path, tmp_path
    one = study.measure(*folders, repeats=2, report=lambda line: None)
    two = study.measure(*folders, repeats=2)
    assert one == two and asked == [0, 1]
    assert json.loads((tmp_path / 'repeat0.json').read_text())['figures'] == one[0]
    with pytest.raises(OtherConfigError, match='repeat0.json.*another config'):
        study.measure(*folders, repeats=2, changes={'model.a': 2})
