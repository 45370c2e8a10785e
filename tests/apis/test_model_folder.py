"""A model as a folder: the same bits again, a card, and no way to run code."""

import copy
import json
import os
import shutil
import sys

import numpy as np
import pytest
import torch
from huggingface_hub import ModelCard
from mmengine.config import Config
from safetensors import safe_open

from tgdfer_mm.apis import from_pretrained, load_model, save_pretrained
from tgdfer_mm.apis.model_folder import harmless, is_model_folder
from tgdfer_mm.apis.model_folder.harmless import (
    ALLOW_IMPORTS,
    HarmfulConfigError,
    require_harmless,
)
from tgdfer_mm.apis.model_folder.layout import FILES, ModelFolderError
from tgdfer_mm.apis.model_folder.self_contained import self_contained
from tgdfer_mm.apis.runtime import TorchRuntime
from tgdfer_mm.evaluation.group_rows import SCHEMA
from tgdfer_mm.evaluation.group_scores import TestedClip as Clip
from tgdfer_mm.evaluation.group_scores import group_scores
from tgdfer_mm.models.vision_language.open_clip_models import arch_config
from tgdfer_mm.paths import config_dir
from tgdfer_mm.plain_checkpoints import DamagedCheckpointError
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import InputError, OutputError, UsageError

from ..models.small_tokenizers import write_tokenizer
from ..models.small_towers import FAMILIES
from ..models.transformers_files import write_folder


@pytest.fixture(scope='module')
def folder(demo, tmp_path_factory):
    """The demo as a folder, which no test changes."""
    return save_pretrained(demo, tmp_path_factory.mktemp('saved') / 'my_demo')


@pytest.fixture
def copied(folder, tmp_path):
    """Copies the folder, with a change to a JSON file of it."""

    def copy_it(change=None, file='config.json'):
        place = tmp_path / 'copy'
        place.mkdir()
        for name in FILES:
            os.link(folder / name, place / name)
        if change is not None:
            content = json.loads((folder / file).read_text(encoding='utf-8'))
            change(content)
            (place / file).unlink()
            (place / file).write_text(json.dumps(content), encoding='utf-8')
        return place

    return copy_it


def windows():
    pictures = np.random.RandomState(0).randint(0, 256, (9, 64, 64, 3), np.uint8)
    return [list(pictures), list(pictures[:4])]


def test_a_folder_gives_the_same_bits_again(demo, folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    again = from_pretrained(folder)
    ours, theirs = demo.model.state_dict(), again.model.state_dict()
    assert list(ours) == list(theirs)
    for name, value in ours.items():
        assert theirs[name].dtype == value.dtype and torch.equal(theirs[name], value)
    wanted = TorchRuntime(demo, {}).predict(windows())
    found = TorchRuntime(again, {}).predict(windows())
    for a, b in zip(wanted, found, strict=True):
        # Words beyond those of its texts are in no folder: what moves is not told.
        assert a.movements is not None and b.movements is None
        a, b = a._replace(movements=None), b._replace(movements=None)
        assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    for fact in ('classes', 'domain', 'note'):
        assert again.about[fact] == demo.about[fact]
    assert again.about['name'] == 'my_demo' and again.trained == demo.trained
    # Once more, from the folder: what is written does not drift.
    third = save_pretrained(again, folder.parent / 'third')
    for name in ('config.json', 'preprocessor_config.json'):
        assert (third / name).read_bytes() == (folder / name).read_bytes()


def test_nothing_of_the_folder_needs_another_file(folder, monkeypatch, tmp_path):
    """Neither the shipped weights nor a text of this package is read."""
    content = (folder / 'config.json').read_text(encoding='utf-8')
    assert 'tgdfer_mm://' not in content and 'synth' not in content.replace(
        'SynthDFER', ''
    ).replace('synth_64', '')
    monkeypatch.chdir(tmp_path)
    os.symlink(folder, 'here')
    assert load_model('here').about['sha256'] == load_model(folder).about['sha256']


def test_the_weights_are_safetensors_with_their_own_checksum(folder, copied):
    with safe_open(folder / 'model.safetensors', 'pt') as file:
        meta = json.loads(file.metadata()['meta'])
    assert meta['dataset_meta']['fold'] == 1
    place = copied()
    content = bytearray((place / 'model.safetensors').read_bytes())
    content[-1] ^= 1
    (place / 'model.safetensors').unlink()
    (place / 'model.safetensors').write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match='not whole'):
        from_pretrained(place)


def test_half_the_size(demo, folder, tmp_path):
    half = save_pretrained(demo, tmp_path / 'half', half=True)
    sizes = [(f / 'model.safetensors').stat().st_size for f in (half, folder)]
    assert sizes[0] < 0.6 * sizes[1]
    state = from_pretrained(half).model.state_dict()
    for name, value in demo.model.state_dict().items():
        rounded = value.half().float() if value.is_floating_point() else value
        assert torch.equal(state[name], rounded)
    broken = copy.deepcopy(demo)
    next(broken.model.parameters()).data.fill_(1e6)
    with pytest.raises(ModelFolderError, match='has values beyond 16 bits'):
        save_pretrained(broken, tmp_path / 'broken', half=True)
    assert not (tmp_path / 'broken').exists()


@pytest.mark.parametrize('what', ['file', 'full'])
def test_a_place_that_is_taken_is_left_alone(what, demo, tmp_path):
    place = tmp_path / 'taken'
    if what == 'file':
        place.write_text('mine')
    else:
        place.mkdir()
        (place / 'README.md').write_text('mine')
    with pytest.raises(OutputError, match='taken: is a file, or a folder that is not'):
        save_pretrained(demo, place)
    assert [p.name for p in tmp_path.iterdir()] == ['taken']


# The card.


@pytest.fixture(scope='module')
def run_folder(demo, tmp_path_factory):
    """A finished training, as `tgdfer train` leaves it."""
    folder = tmp_path_factory.mktemp('work') / 'my_run'
    folder.mkdir()
    demo.cfg.copy().dump(folder / 'config.py')
    meta = dict(
        dataset_meta=dict(
            dataset='DFEW', classes=demo.classes, setting='single', fold=3
        )
        | dict(pixel_version='clip_224x224', val_part=0.0),
        epoch=7,
        seed=11,
    )
    torch.save(
        dict(state_dict=demo.model.state_dict(), meta=meta), folder / 'best_epoch_7.pth'
    )
    test = {'dfer/UAR': 61.25, 'dfer/WAR': 70.5, 'dfer/recall_fear': 12.5}
    record = dict(rule='test', epoch=7, description='best WAR on the test clips')
    (folder / 'selection.json').write_text(
        json.dumps(record | dict(test=test | {'relevance/AUROC': 0.87654}))
    )
    (folder / 'epoch_9.pth').write_bytes(b'')
    (folder / 'predictions.jsonl').write_text('{}\n' * 2341)
    return folder


def test_the_card_says_data_rule_metrics_and_limits(run_folder, tmp_path):
    folder = save_pretrained(run_folder, tmp_path / 'published', licence='cc-by-nc-4.0')
    text = (folder / 'README.md').read_text(encoding='utf-8')
    for said in (
        *('| data set | DFEW |', '| rendition of the frames | clip_224x224 |'),
        *('| fold | 3 |', 'that of epoch 7. Rule of its selection: best WAR on the'),
        *('The test clips themselves chose the epoch', 'one training (seed 11) of one'),
        *('2341 clips', '| UAR | 61.25 |', '| relevance/AUROC | 0.8765 |'),
        *('| recall fear | 12.50 |', 'It does not measure what a person feels'),
        *(
            'in the European Union it is prohibited at work',
            'Licence of the weights: cc',
        ),
        *('happy, sad, neutral, angry', 'decisions about a person', 'of 16 frames'),
        'squares of 64 pixels',
    ):
        assert said in text
    assert str(run_folder) not in text + (folder / 'config.json').read_text('utf-8')
    card = ModelCard(text).data
    assert (card.license, card.library_name) == ('cc-by-nc-4.0', 'tgdfer_mm')
    shown = {each.metric_name: each.metric_value for each in card.eval_results}
    assert shown == {'UAR': 61.25, 'WAR': 70.5}
    assert card.eval_results[0].dataset_name == 'DFEW, fold 3'
    again = from_pretrained(folder)
    assert again.trained['selection']['rule'] == 'test'
    assert again.trained['test_clips'] == 2341


def test_a_card_of_little_knowledge_says_so(demo, tmp_path):
    torch.save(
        dict(state_dict=demo.model.state_dict(), meta=dict()), tmp_path / 'bare.pth'
    )
    bare = load_model(config_dir() / 'tgdfer_demo.py', tmp_path / 'bare.pth')
    text = (save_pretrained(bare, tmp_path / 'bare') / 'README.md').read_text('utf-8')
    for said in (
        *('Not stated: the checkpoint', 'How the checkpoint was chosen is not stated.'),
        *('None were measured', 'The licence of the weights is not stated'),
        'Results by sex, age or other groups of people are not stated',
    ):
        assert said in text
    assert ModelCard(text).data.license == 'other'


@pytest.fixture
def groups(tmp_path):
    """A file as `tgdfer groups` writes it, of made-up people."""
    clips = [
        Clip(f'p{i}', dict(sex='fe|male' if i % 2 else 'male'), label, i % 3 > 0)
        for i in range(8)
        for label in range(2)
    ]
    content = dict(
        schema=SCHEMA, dataset='CREMA-D', selection='last epoch', num_seeds=1
    )
    content.update(folds=[1, 2], num_clips=16, num_people=8, classes=['sad', 'fear'])
    content.update(method='How.', remarks=['2 clips are odd.'])
    content['groups'] = dict(sex=group_scores(clips, 'sex', ['sad', 'fear'], 50))
    path = tmp_path / 'groups.json'
    path.write_text(json.dumps(content))
    return path


def test_the_card_has_results_by_groups_if_they_are_given(demo, groups, tmp_path):
    folder = save_pretrained(demo, tmp_path / 'with', groups=groups)
    text = (folder / 'README.md').read_text(encoding='utf-8')
    for said in (
        *('On CREMA-D: 16 clips of 8 people, folds 1, 2, 1 seed;', 'last epoch'),
        *(
            'results of several trainings together',
            '| sex | people | clips | UAR | WAR',
        ),
        *('| fe\\|male | 4 | 8 | ', '| fe\\|male less male | ', '* 2 clips are odd.'),
        *("sex 'male' has only 4 people", 'How.'),
    ):
        assert said in text
    again = save_pretrained(from_pretrained(folder), tmp_path / 'again')
    section = text.split('## Groups')[1].split('## Preprocessing')[0]
    assert section in (again / 'README.md').read_text(encoding='utf-8')


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (dict(schema='x'), "it has the schema 'x'"),
        (dict(groups=dict(sex=dict(groups=[]))), 'does not hold what `tgdfer groups`'),
        (dict(num_clips='many'), 'does not hold what `tgdfer groups` writes'),
    ],
)
def test_a_file_that_has_no_results_by_groups(change, said, demo, groups, tmp_path):
    groups.write_text(json.dumps(json.loads(groups.read_text()) | change))
    with pytest.raises(InputError, match=said):
        save_pretrained(demo, tmp_path / 'a', groups=groups)
    with pytest.raises(InputError, match='no such file; `tgdfer groups` writes'):
        save_pretrained(demo, tmp_path / 'a', groups=tmp_path / 'none.json')
    assert not (tmp_path / 'a').exists()


# What cannot be a folder.


def test_a_model_with_something_elsewhere_is_refused(demo, tmp_path):
    other = copy.deepcopy(demo)
    other.cfg.model.backbone['note_file'] = '/home/me/mine.json'
    with pytest.raises(HarmfulConfigError, match="note_file='/home/me/mine.json' is a"):
        save_pretrained(other, tmp_path / 'a')
    other.cfg.model.backbone['note_file'] = len
    with pytest.raises(ModelFolderError, match='note_file=.* builtin_function'):
        save_pretrained(other, tmp_path / 'a')
    other.cfg.model.backbone = dict(type='OnnxExpert', file='x.onnx')
    with pytest.raises(HarmfulConfigError, match="type='OnnxExpert' runs a file"):
        save_pretrained(other, tmp_path / 'a')
    assert not (tmp_path / 'a').exists()


def test_architectures_of_folders_and_repositories_stand_in_the_config(hub, tmp_path):
    clip = write_folder('clip', tmp_path / 'clip')
    hub.repos['org/clip'] = clip
    for name in (str(clip), 'hf-hub:org/clip'):
        tower = dict(type='OpenCLIPVisual', arch=name, pretrained=name)
        found = self_contained(tower)
        assert found['arch'] == arch_config(str(clip)) and found['pretrained'] is None
    own = json.loads((clip / 'config.json').read_text())
    (clip / 'config.json').write_text(json.dumps(own | {'_name_or_path': '/home/me'}))
    tower = dict(type='TransformersVision', arch=str(clip), pretrained=str(clip))
    found = self_contained(dict(type='InstanceBackbone', backbone=tower))['backbone']
    assert found == dict(type='TransformersVision', arch=own, pretrained=None)
    require_harmless(found, 'here')
    kept = dict(type='timm.resnet18', pretrained=True), dict(type='X', arch='tiny')
    assert self_contained(kept) == [dict(type='timm.resnet18'), kept[1]]


# A tokenizer.


@pytest.fixture
def siglip(demo, tmp_path):
    """A model on a small SigLIP, whose texts another tokenizer cuts."""
    arch = FAMILIES['siglip']
    tokenizer = write_tokenizer(
        tmp_path / 'pieces', arch['text_cfg']['hf_tokenizer_name']
    )
    cfg = Config(demo.cfg.to_dict())
    cfg.model.backbone = dict(type='OpenCLIPVisual', arch=arch)
    texts = [[name, [f'brows {i}']] for i, name in enumerate(demo.classes)]
    cfg.model.text_encoder.update(arch=arch, tokenizer=tokenizer, descriptions=texts)
    size, width = arch['vision_cfg']['image_size'], arch['embed_dim']
    cfg.image_size = cfg.video.crop.size = size
    cfg.model.neck.in_channels = cfg.model.cls_head.in_channels = width
    path, meta = tmp_path / 'siglip.pth', dict(dataset_meta=dict(classes=demo.classes))
    state = MODELS.build(cfg.model).state_dict()
    torch.save(dict(state_dict=state, meta=meta), path)
    return load_model(cfg, path)


def test_the_tokenizer_of_the_texts_goes_along(siglip, tmp_path):
    folder = save_pretrained(siglip, tmp_path / 'a')
    moved = shutil.move(folder, tmp_path / 'elsewhere')
    shutil.rmtree(tmp_path / 'pieces')
    again = from_pretrained(moved)
    with torch.no_grad():
        assert torch.equal(again.model.text_encoder(), siglip.model.text_encoder())
    third = save_pretrained(again, tmp_path / 'third')
    for file in ('tokenizer/tokenizer.json', 'tokenizer/tokenizer_config.json'):
        assert (third / file).read_bytes() == (moved / file).read_bytes()
    content = (third / 'config.json').read_text(encoding='utf-8')
    assert '"tokenizer": "tokenizer"' in content and str(tmp_path) not in content
    (third / 'tokenizer/tokenizer.json').unlink()
    with pytest.raises(ModelFolderError, match='third lacks tokenizer/tokenizer.json'):
        from_pretrained(third)


# What strangers write.


def at(*keys):
    """A change that puts the last of these where the others say."""

    def change(content):
        *path, last, value = keys
        for key in path:
            content = content[key]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (at('model', 'backbone', 'type', 'os.system'), "backbone.type='os.system'"),
        (at('model', 'neck', 'type', 'antigravity'), "neck.type='antigravity'"),
        (at('model', 'backbone', 'type', ['os']), r"backbone.type=\['os'\]"),
        (at('model', 'backbone', 'type', 'timm.create_model'), "type='timm.create_mod"),
        (
            at('model', 'backbone', 'type', 'FunctionExpert'),
            'runs a file or a function',
        ),
        (at('model', 'backbone', 'pretrained', 'openai'), "pretrained='openai' asks"),
        (
            at('model', 'init_cfg', dict(type='Pretrained')),
            'init_cfg=.* asks for',
        ),
        (at('model', 'backbone', 'arch', 'hf-hub:a/b'), "arch='hf-hub:a/b' is a path"),
        (
            at('model', 'text_encoder', 'arch', 'text_cfg', 'hf_model_name', 'bert'),
            "hf_model_name='bert' asks for",
        ),
        (
            at('model', 'backbone', 'x', ['../../secret']),
            r"x.0='../../secret' is",
        ),
        (
            at('model', 'backbone', 'x', 'http://host'),
            "x='http://host' is a path",
        ),
        (
            at('needs', ['no_such_module_here']),
            "needs the module 'no_such_module_here'",
        ),
    ],
)
def test_a_config_of_strangers_can_run_and_fetch_nothing(change, said, copied):
    with pytest.raises(HarmfulConfigError, match=said) as caught:
        from_pretrained(copied(change))
    assert caught.value.exit_code == 2 and 'config.json' in str(caught.value)


def test_nor_can_its_preprocessing(copied):
    change = at('pipeline', 0, 'type', 'subprocess.Popen')
    with pytest.raises(HarmfulConfigError, match="pipeline.0.type='subprocess.Popen'"):
        from_pretrained(copied(change, 'preprocessor_config.json'))


@pytest.mark.parametrize(
    ('change', 'error', 'said'),
    [
        (at('library', 'transformers'), ModelFolderError, 'another library'),
        (at('format', 2), ModelFolderError, 'has the format 2, and .*Update tgdfer_mm'),
        (lambda content: content.pop('needs'), ValueError, "lacks 'needs'"),
        *(
            (at(key, value), ModelFolderError, f'config.json: {key} has to be {form}')
            for key, value, form in [
                *[('needs', odd, 'a list of texts') for odd in (5, [[1]], None)],
                ('classes', {'happy': 1}, 'a list of texts'),
                *[(key, 'x', 'an object') for key in ('model', 'about', 'trained')],
            ]
        ),
        (at('classes', 0, 'joy'), ModelFolderError, "'joy'.*weights are of .'happy'"),
        (at('model', 'type', 'NoSuchModel'), UsageError, 'its model cannot be built'),
        (
            at('model', 'cls_head', 'num_classes', 5),
            *(UsageError, 'cannot be built|does not fit'),
        ),
    ],
)
def test_folders_that_are_none_say_why(change, error, said, copied):
    with pytest.raises(error, match=said) as caught:
        load_model(f'{copied(change)}')
    assert caught.value.exit_code in (2, 3)


def test_a_folder_lacks_a_file(copied, tmp_path):
    place = copied()
    (place / 'model.safetensors').unlink()
    with pytest.raises(ModelFolderError, match='copy lacks model.safetensors'):
        from_pretrained(place)
    assert is_model_folder(place) and not is_model_folder(tmp_path)


MODULE = """
from tgdfer_mm.models.recognizers import TextGuidedRecognizer
from tgdfer_mm.registry import MODELS


@MODELS.register_module(force=True)
class OutsideRecognizer(TextGuidedRecognizer):
    pass
"""


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A module of somebody else, with a model of its own."""
    (tmp_path / 'lib').mkdir()
    (tmp_path / 'lib/outside_parts.py').write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path / 'lib'))
    yield 'outside_parts'
    sys.modules.pop('outside_parts', None)
    harmless.MODELS.module_dict.pop('OutsideRecognizer', None)


def test_a_model_of_another_package(outside, demo, tmp_path, monkeypatch):
    cfg = Config(demo.cfg.to_dict())
    cfg.model.type = 'OutsideRecognizer'
    cfg.custom_imports = dict(imports=['tgdfer_mm', outside])
    __import__(outside)
    other = load_model(cfg, _weights(demo, tmp_path))
    folder = save_pretrained(other, tmp_path / 'theirs')
    card = (folder / 'README.md').read_text('utf-8')
    assert 'It needs the module outside_parts' in card
    assert type(from_pretrained(folder).model).__name__ == 'OutsideRecognizer'
    # As someone who has the package, and has not said that it may be imported.
    sys.modules.pop(outside)
    harmless.MODELS.module_dict.pop('OutsideRecognizer')
    with pytest.raises(HarmfulConfigError, match=f'set {ALLOW_IMPORTS}=outside_parts'):
        from_pretrained(folder)
    assert outside not in sys.modules
    monkeypatch.setenv(ALLOW_IMPORTS, 'json, outside_parts')
    assert type(from_pretrained(folder).model).__name__ == 'OutsideRecognizer'


def _weights(demo, tmp_path):
    path = tmp_path / 'weights.pth'
    meta = dict(dataset_meta=dict(classes=demo.classes))
    torch.save(dict(state_dict=demo.model.state_dict(), meta=meta), path)
    return path
