"""A temporal network: what is added to the instances, (N, M, D)."""

from torch import nn

from tgdfer_mm.models.temporal import TemporalNetwork
from tgdfer_mm.registry import TEMPORAL


@TEMPORAL.register_module(name='smile_conv')
class SmileConv(TemporalNetwork):
    """One convolution over time, which starts at zero."""

    def __init__(self, dim, kernel=3, max_instances=16):
        super().__init__(dim, max_instances)
        self.conv = nn.Conv1d(dim, dim, kernel, padding='same')
        nn.init.zeros_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)

    def branches(self, x, mask):
        x = x * mask[..., None]
        return self.conv(x.transpose(1, 2)).transpose(1, 2)
