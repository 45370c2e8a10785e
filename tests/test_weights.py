"""The shipped weights: small, what the manifest says, and usable as they are."""

import hashlib
import json
from pathlib import Path

import pytest
from mmengine.config import Config

import tgdfer_mm
from tgdfer_mm.engine.checkpoint import load_from_local
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

FOLDER = Path(tgdfer_mm.__file__).parent / 'weights'
MANIFEST = json.loads((FOLDER / 'manifest.json').read_text())


def test_the_manifest_lists_every_file():
    assert sorted(MANIFEST) == sorted(p.name for p in FOLDER.glob('*.safetensors'))


@pytest.mark.parametrize('name', MANIFEST)
def test_every_file_is_small_and_the_one_listed(name):
    data = (FOLDER / name).read_bytes()
    assert len(data) <= 8 * 2**20
    assert hashlib.sha256(data).hexdigest() == MANIFEST[name]['sha256']
    assert MANIFEST[name]['command'].startswith('python ')


def test_the_demo_model_fits_the_demo_config_and_names_its_data():
    checkpoint = load_from_local(FOLDER / 'tgdfer_demo.safetensors', 'cpu')
    model = MODELS.build(Config.fromfile(Path(config_dir(), 'tgdfer_demo.py')).model)
    model.load_state_dict(checkpoint['state_dict'])
    meta = checkpoint['meta']['dataset_meta']
    assert meta['dataset'].startswith('SynthDFER')
    assert tuple(meta['classes']) == model.text_encoder.classes
