"""Sums of GPU memory: that they predict a larger batch, and the choice of a batch."""

import re
from functools import partial, reduce

import pytest
from mmengine.config import Config

from lab.benchmark import steps
from lab.benchmark.gpu_memory import (
    BATCH,
    SPARE,
    Sums,
    choice_lines,
    largest_batch,
    training_sums,
)
from lab.benchmark.tower import kept_for_backward
from tgdfer_mm.paths import config_dir


def test_sums_of_one_and_two_clips_predict_a_batch_of_four(small):
    sums = training_sums(small, bf16=False)
    model = steps.build_model(small).train()
    batch = steps.make_batch(model, 4, small.num_frames, small.image_size)
    kept = kept_for_backward(partial(model, **batch, mode='loss'), model)
    pixels = batch['inputs'].nbytes / 2**20
    assert sums.fixed + 4 * sums.clip == pytest.approx(kept + pixels, rel=0.02)
    weights = sum(p.nbytes for p in model.parameters()) / 2**20
    assert weights < sums.state < 4 * weights  # the text tower is frozen


@pytest.mark.parametrize('clip', [10, 100, 300, 1000, 4000])
def test_the_largest_batch_fits_and_the_next_one_does_not(clip):
    sums = Sums(state=1500, fixed=300, clip=clip)
    for card in (8, 12, 24):
        chosen = largest_batch(sums, card)
        larger = [n for n in range(chosen + 1, BATCH + 1) if BATCH % n == 0]
        assert BATCH % chosen == 0
        room = (1 - SPARE) * card
        assert sums.total(chosen) <= room
        assert all(sums.total(n) > room for n in larger)


def test_a_config_that_fits_no_gpu_has_no_row():
    sums = Sums(state=30_000, fixed=0, clip=1)
    assert largest_batch(sums, 24) is None
    assert len(choice_lines([('big', 'bf16', sums)])) == 2


def test_the_options_of_a_row_set_batches_and_accumulation_of_the_config():
    sums = Sums(state=1500, fixed=300, clip=250)
    row = choice_lines([('tgdfer_dfew', 'bf16', sums)])[2]
    options = re.search(r'--cfg-options ([^`]+)`', row)[1].split()
    cfg = Config.fromfile(config_dir() / 'tgdfer_dfew.py')
    for key, value in (option.split('=') for option in options):
        *path, last = key.split('.')
        assert last in reduce(lambda part, name: part[name], path, cfg)
        cfg.merge_from_dict({key: int(value)})
    clips = cfg.train_dataloader.batch_size
    assert clips < BATCH
    assert clips * cfg.optim_wrapper.accumulative_counts == BATCH
    assert cfg.val_dataloader.batch_size == cfg.test_dataloader.batch_size == clips
