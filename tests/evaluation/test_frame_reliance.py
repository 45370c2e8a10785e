"""Sufficiency and necessity of a model that reads known frames."""

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.evaluation.frame_reliance import choose_frames, frame_reliance

T = 8


def one_clip(shown, name='a', valid=T, layout='frames'):
    """Frames of which those in `shown` are 1 and the others 0."""
    frames = torch.zeros(T, 3, 2, 2)
    frames[list(shown)] = 1.0
    sample = ActionDataSample()
    sample.set_metainfo(dict(clip=name, frame_inds=np.arange(T), num_valid=valid))
    if layout == 'NCTHW':
        frames = frames.transpose(0, 1)[None]
    return frames, sample


def batches(*clips):
    frames, samples = zip(*clips, strict=True)
    yield dict(inputs=list(frames), data_samples=list(samples))


class Model:
    """Says class 1 if any of the valid frames shows something."""

    def __init__(self, points_at=None):
        self.points_at, self.seen = points_at, []

    def __call__(self, batch):
        for frames, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
            if frames.ndim == 5:
                frames = frames[0].transpose(0, 1)
            values = frames.mean((1, 2, 3))[: sample.num_valid]
            self.seen.append(sample.frame_inds[: sample.num_valid].tolist())
            shown = float(values.max() > 0.5)
            sample.set_pred_score(torch.tensor([1 - shown, shown]) * 0.8 + 0.1)
            weights = torch.zeros(T, 2)
            weights[: len(values)] = values[:, None]
            if self.points_at is not None:
                weights = torch.zeros(T, 2)
                weights[self.points_at] = 1.0
            sample.set_field(weights / weights.sum(0).clamp(min=1e-9), 'relevance')
        return batch['data_samples']


@pytest.mark.parametrize('layout', ['frames', 'NCTHW'])
def test_frames_that_carry_the_verdict_are_sufficient_and_necessary(layout):
    clips = [one_clip([i], str(i), layout=layout) for i in range(T)]
    found = frame_reliance(Model(), batches(*clips), draws=40)
    assert found['clips'] == T and found['frames'] == 2
    for name in ('sufficiency', 'necessity', 'single'):
        assert found[name]['relevant'] == 100
    # Two of eight frames, drawn: in a quarter of the cases with the one that counts.
    assert found['sufficiency']['random'] == pytest.approx(25, abs=8)
    assert found['necessity']['random'] == pytest.approx(25, abs=8)
    assert found['single']['random'] == pytest.approx(12.5, abs=7)
    assert found['kept']['relevant'] == 0
    assert found['lost']['relevant'] == pytest.approx(80)


def test_frames_that_a_model_only_points_at_are_not():
    found = frame_reliance(
        Model(points_at=[6, 7]), batches(one_clip([0], 'a'), one_clip([1], 'b'))
    )
    assert found['sufficiency']['relevant'] == found['necessity']['relevant'] == 0
    assert found['lost']['relevant'] == 0


def test_padding_is_never_chosen_and_the_order_stays():
    model = Model()
    frame_reliance(model, batches(one_clip([2], valid=5)), share=0.5)
    for kept in model.seen:
        assert kept == sorted(set(kept)) and max(kept) < 5


def test_clips_that_say_nothing_are_counted_and_left_out():
    broken = one_clip([1], 'broken')
    broken[1].set_metainfo(dict(damaged='no file'))
    found = frame_reliance(Model(), batches(broken, one_clip([0], valid=1)))
    assert (found['clips'], found['skipped']) == (0, 2)
    assert found['sufficiency'] is None


def test_frames_that_tie_are_chosen_at_random():
    rng = np.random.default_rng(0)
    first = [next(choose_frames(np.ones(4), 1, 1, rng)).frames[0] for _ in range(60)]
    assert set(first) == {0, 1, 2, 3}


def test_the_same_seed_gives_the_same_figures():
    clips = [one_clip([i, i + 1], str(i)) for i in range(4)]
    one, two = (frame_reliance(Model(), batches(*clips)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize('options', [dict(share=0), dict(share=1), dict(draws=0)])
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match='share=.*draws='):
        frame_reliance(Model(), [], **options)


def test_inputs_without_an_axis_of_time_are_named():
    frames, sample = one_clip([0])
    with pytest.raises(ValueError, match=r'\(3, 8, 2, 2\) have no axis of 8 frames'):
        frame_reliance(
            lambda batch: Model()(dict(batch, inputs=[frames])),
            batches((frames.transpose(0, 1), sample)),
        )
