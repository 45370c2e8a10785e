"""A device that is not there is refused in one sentence that says which are."""

import pytest
import torch

from tgdfer_cli.main import main
from tgdfer_mm.devices import DeviceError, check_device


def test_the_cpu_is_always_there():
    assert check_device('cpu') == 'cpu'
    assert check_device(torch.device('cpu')) == 'cpu'


@pytest.mark.parametrize(
    'device',
    ['gpu', 'xyz', '', 'cuda:99', 'cuda:x', 'cpu:', 'meta', 'mps:7', None, 3.5],
)
def test_one_that_is_not_there_is_named(device):
    with pytest.raises(DeviceError) as caught:
        check_device(device)
    said = str(caught.value)
    assert said.startswith(
        f'device={str(device)!r} is not there. This machine has: cpu'
    )
    assert '\n' not in said and caught.value.exit_code == 2


def test_features_looks_before_it_reads_anything(capsys, tmp_path):
    words = ['features', 'absent.py', str(tmp_path / 'f'), '--device', 'gpu']
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("error: device='gpu' is not there.")
    assert not (tmp_path / 'f').exists()
