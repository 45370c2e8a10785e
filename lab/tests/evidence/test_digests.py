"""The digest of the code that a training ran."""

from torch import nn

from lab.evidence.digests import code_digest
from tgdfer_mm.models.temporal import LocalGlobalTemporal, MultiScaleTemporal


def test_the_digest_is_of_the_files_of_the_own_parts_alone():
    mtn = MultiScaleTemporal(16)
    assert code_digest(mtn) == code_digest(nn.Sequential(mtn, nn.Linear(2, 2)))
    assert code_digest(mtn) != code_digest(LocalGlobalTemporal(16))
    assert code_digest(MultiScaleTemporal(16)) == code_digest(MultiScaleTemporal(32))
