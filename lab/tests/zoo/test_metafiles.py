"""The model zoo is whole and says what the configs and the published data say."""

import re

import pytest
import yaml
from mmengine.config import Config

from lab.evidence.plan import config_file
from lab.paths import ROOT
from lab.zoo.measure import data_name, measure, tower_name
from lab.zoo.metafiles import (
    collection_of,
    metafile_texts,
    model_entry,
    read_collections,
    read_metafiles,
    zoo_configs,
)
from lab.zoo.page import page_text
from tgdfer_mm.protocol.published import published_rows

CONFIGS = ROOT / 'configs'
HINT = 'run lab/tools/zoo.py'


@pytest.fixture(scope='module')
def models():
    return read_metafiles(CONFIGS)


def test_every_config_has_an_entry_and_every_entry_a_config(models):
    assert sorted(models) == zoo_configs(CONFIGS), HINT


def test_the_files_are_what_the_command_writes(models):
    entries = [model_entry(name, models[name]['Metadata']) for name in sorted(models)]
    texts = metafile_texts(entries)
    texts['configs/README.md'] = page_text(entries, ROOT / 'docs/comparison.json')
    for name, text in texts.items():
        assert (ROOT / name).read_text(encoding='utf-8') == text, f'{name}: {HINT}'


def test_the_layout_is_open_mmlabs():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text(encoding='utf-8'))
    collections, in_collections = [], set()
    for path in index['Import']:
        content = yaml.safe_load((ROOT / path).read_text(encoding='utf-8'))
        collections += [c['Name'] for c in content['Collections']]
        for collection in content['Collections']:
            assert (ROOT / collection['README']).is_file()
            assert collection['Paper'].keys() == {'Title', 'URL'}
        for model in content['Models']:
            assert (ROOT / model['Config']).is_file()
            in_collections.add(model['In Collection'])
            for result in model['Results']:
                assert result['Metrics'] and result['Task'] and result['Dataset']
    assert len(set(collections)) == len(collections)
    assert set(collections) == in_collections


def test_the_metadata_are_those_of_the_configs(models):
    for name, model in models.items():
        cfg, facts = Config.fromfile(ROOT / model['Config']), model['Metadata']
        assert facts['Frames'] == cfg.num_frames, f'{name}: {HINT} --measure'
        assert facts['Architecture'] == tower_name(cfg.model.backbone)
        assert facts['Resolution'] == f'{cfg.image_size}x{cfg.image_size}'
        assert facts['Batch Size'] == cfg.train_dataloader.batch_size
        assert facts['Epochs'] == cfg.train_cfg.max_epochs
        assert facts['Training Data'] == data_name(cfg.train_dataloader.dataset)
        assert 0 < facts['Trained Parameters'] <= facts['Parameters']
        assert facts['FLOPs'] > 0


def test_the_costs_are_those_of_the_code(models):
    model = models['tgdfer_demo']
    measured = measure(ROOT / model['Config'])
    for key in ('FLOPs', 'Parameters', 'Trained Parameters'):
        assert measured[key] == model['Metadata'][key], f'{key}: {HINT} --measure'


def test_published_methods_and_configs_for_synthdfer_exist():
    for collection in read_collections():
        if 'published' in collection:
            sets = [
                published_rows(d, 'single', k) for d, k in (('DFEW', 7), ('MAFW', 11))
            ]
            known = {row['method'] for each in sets for row in each['rows']}
            assert collection['published'] in known
        if 'synth' in collection:
            assert config_file(collection['synth']).is_file()


def test_published_costs_are_near_or_explained(models):
    for name, model in models.items():
        cost = collection_of(name).get('cost', {})
        if 'params' in cost and name.startswith('baselines'):
            own = model['Metadata']['Parameters'] / 1e6
            assert own == pytest.approx(cost['params'], rel=0.01), name
        if 'gflops' in cost and 'remark' not in cost and 'former' not in name:
            own = model['Metadata']['FLOPs'] / 1e9
            assert own == pytest.approx(cost['gflops'], rel=0.2), name


@pytest.mark.parametrize('config', ['nobody', 'baselines/nobody_dfew'])
def test_a_config_of_no_collection_is_refused(config):
    with pytest.raises(ValueError, match=f'configs/{config}.py is named by none'):
        collection_of(config)


def test_the_page_says_what_has_been_run(tmp_path, models):
    comparison = tmp_path / 'comparison.json'
    entries = [*models.values()]
    assert '`lab/configs/baselines/m3dfel.py`): not run yet' in page_text(
        entries, comparison
    )
    comparison.write_text(
        '{"rows": [{"config": "m3dfel", "condition": "hard", "UAR": [61.24, 2.0]},'
        ' {"config": "m3dfel", "condition": "easy", "UAR": [99.0, 0.0]}]}'
    )
    page = page_text(entries, comparison)
    assert '`lab/configs/baselines/m3dfel.py`): 61.2 ± 2.0' in page


def test_the_page_begins_with_purposes_and_has_no_column_without_a_figure(models):
    page = page_text([*models.values()], ROOT / 'docs/comparison.json')
    purposes, catalogue = page.split('## The catalogue')
    named = set(re.findall(r'\]\((?!\.\.)([\w/.-]+)\.py\)', purposes))
    assert {'tgdfer_dfew', 'tgdfer_own', 'baselines/m3dfel_dfew'} <= named
    assert named <= models.keys()
    assert {name for name in models if '/' not in name} - named == {'tgdfer_demo_base'}
    tables = re.findall(r'(?:^\|.*\n)+', catalogue, re.MULTILINE)
    for table in tables:
        head, _, *rows = [
            [cell.strip() for cell in line.strip('|').split('|')]
            for line in table.splitlines()
        ]
        for name, *cells in zip(head, *rows, strict=True):
            assert any(cells), f'{name}: empty'
