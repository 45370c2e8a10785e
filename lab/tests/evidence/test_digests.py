"""The digests of the config and of the code that a training ran."""

from pathlib import Path

from mmengine.config import Config
from torch import nn

from lab.evidence.digests import code_digest, config_digest
from tgdfer_mm.models.temporal import LocalGlobalTemporal, MultiScaleTemporal


def test_the_digest_is_of_the_files_of_the_own_parts_alone():
    mtn = MultiScaleTemporal(16)
    assert code_digest(mtn) == code_digest(nn.Sequential(mtn, nn.Linear(2, 2)))
    assert code_digest(mtn) != code_digest(LocalGlobalTemporal(16))
    assert code_digest(MultiScaleTemporal(16)) == code_digest(MultiScaleTemporal(32))


def test_a_default_that_is_stated_later_leaves_the_digest_as_it_was():
    short = dict(type='multi_grained', dim=8)
    digests = [
        config_digest(Config(dict(model=dict(temporal=temporal))), Path('work'))
        for temporal in (
            short,
            short | dict(dilations=(1, 2, 4), max_instances=16),
            short | dict(dilations=(1, 2)),
        )
    ]
    assert digests[0] == digests[1] != digests[2]
