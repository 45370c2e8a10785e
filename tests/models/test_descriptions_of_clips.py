"""TG-DFER that is told what clips show: its start, clips without words, bad configs."""

import pytest
import torch

from tgdfer_mm.models.described import Described
from tgdfer_mm.models.layers.description_attention import DescriptionAttention
from tgdfer_mm.models.necks import DescriptionFusionNeck
from tgdfer_mm.models.text import OpenCLIPDescriptions, OpenCLIPText
from tgdfer_mm.movements.lexicon import load_lexicon
from tgdfer_mm.registry import MODELS
from tgdfer_mm.synth.action_units import ACTION_UNITS

TOLD = [['cheeks raised'], ['brows lowered, lids tight'], ['']]
FUSION = dict(type='DescriptionFusionNeck', text_channels=32, taps=2, heads=4)


@pytest.fixture
def build(build_recognizer, clip_file):
    """A described recognizer, or a plain one, whose common weights are the same."""
    path, _ = clip_file
    inner = dict(type='VisualPromptNeck', in_channels=32)

    def make(plain=False, **changes):
        torch.manual_seed(0)
        own = dict(pretrained=path, quick_gelu=True)
        if plain:
            model = build_recognizer(text=own, visual=own)
        else:
            text = dict(type='OpenCLIPDescriptions', taps=2) | own | changes
            neck = FUSION | dict(neck=inner)
            model = build_recognizer(
                type='DescribedRecognizer', text=text, visual=own, neck=neck
            )
        model.init_weights()
        return model.eval()

    return make


def told(batch, descriptions):
    for sample, texts in zip(batch['data_samples'], descriptions, strict=True):
        if texts is not None:
            sample.set_metainfo(dict(descriptions=texts))
    return batch


def open_gates(model, value=0.5):
    for reader in model.neck.readers:
        torch.nn.init.constant_(reader.gate, value)
    return model


def scores(model, batch):
    with torch.no_grad():
        samples = model.predict(torch.stack(batch['inputs']).float(), **rest(batch))
    return torch.stack([sample.pred_score for sample in samples])


def rest(batch):
    return dict(data_samples=batch['data_samples'])


def test_shut_gates_are_the_model_without_them_to_the_bit(build, make_batch):
    batch = make_batch([16, 16, 5])
    model, plain = build(), build(plain=True)
    shared = {
        name.replace('neck.neck.', 'neck.'): value
        for name, value in model.state_dict().items()
        if '.readers.' not in name
    }
    plain.load_state_dict(shared)
    without = scores(plain, batch)
    assert torch.equal(scores(model, batch), without)
    assert torch.equal(scores(model, told(batch, TOLD)), without)
    losses = model.loss(torch.stack(batch['inputs']).float(), **rest(batch))
    before = plain.loss(torch.stack(batch['inputs']).float(), **rest(batch))
    assert {'gate_1', 'gate_2'} == set(losses) - set(before)
    for name, value in before.items():
        assert torch.equal(losses[name], value)


def test_the_gates_learn_although_they_start_at_zero(build, make_batch):
    batch = told(make_batch([16] * 3), TOLD)
    model = build().train()
    losses = model.loss(torch.stack(batch['inputs']).float(), **rest(batch))
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert all(reader.gate.grad.abs() > 0 for reader in model.neck.readers)


def test_only_clips_that_are_told_change(build, make_batch):
    batch = make_batch([16, 16, 5])
    model = open_gates(build())
    silent = scores(model, batch)
    spoken = scores(model, told(batch, TOLD))
    changed = (spoken != silent).any(1)
    assert changed.tolist() == [True, True, False]
    mixed = scores(model, told(make_like(batch), [TOLD[0], None, None]))
    assert torch.allclose(mixed[0], spoken[0], atol=1e-6)
    assert torch.allclose(mixed[1:], silent[1:], atol=1e-6)


def make_like(batch):
    """The same clips, with nothing told."""
    samples = [sample.clone() for sample in batch['data_samples']]
    for sample in samples:
        sample.pop('descriptions', None)
    return dict(inputs=batch['inputs'], data_samples=samples)


def test_padding_of_frames_and_of_words_changes_nothing(build):
    torch.manual_seed(0)
    neck = DescriptionFusionNeck(8, 6, taps=1, heads=2)
    torch.nn.init.constant_(neck.readers[0].gate, 0.7)
    x, mask = torch.randn(2, 4, 8), torch.arange(4).expand(2, 4) < 3
    tokens, known = torch.randn(1, 2, 3, 6), torch.tensor([[1, 1, 0], [1, 0, 0]]) > 0
    told = Described(tokens, known, torch.tensor([[0], [1]]))
    out = neck.fuse(x, mask, told)
    assert torch.equal(out[:, 3], x[:, 3]) and not torch.equal(out[:, :3], x[:, :3])
    changed = tokens.masked_fill(~known[None, ..., None], 99.0)
    assert torch.allclose(neck.fuse(x, mask, told._replace(tokens=changed)), out)
    none = told._replace(mask=torch.zeros_like(known))
    assert torch.equal(neck.fuse(x, mask, none), x)
    empty = Described(tokens[:, :, :0], known[:, :0], told.place)
    assert torch.equal(neck.fuse(x, mask, empty), x)


def test_each_frame_reads_its_own_text(build, make_batch):
    model = build().text_encoder
    texts = ['', 'cheeks raised', 'lids tight', 'cheeks raised']
    found = model.describe([texts], ['a'])
    assert len(found.mask) == 3 and found.place[0, 1] == found.place[0, 3]
    neck = open_gates(build()).neck
    x, mask = torch.randn(1, 4, 32), torch.ones(1, 4) > 0
    out = neck.fuse(x, mask, found)
    assert torch.equal(out[:, 0], x[:, 0])
    swapped = neck.fuse(x, mask, model.describe([[*texts[:3], 'brows raised']], ['a']))
    assert torch.allclose(swapped[:, :3], out[:, :3], atol=1e-6)
    assert not torch.allclose(swapped[:, 3], out[:, 3], atol=1e-3)
    with pytest.raises(ValueError, match='3 descriptions of a clip do not fit its 4'):
        neck.fuse(x, mask, model.describe([texts[:3]], ['a']))


def test_texts_are_encoded_once_and_anew_for_other_weights(build):
    encoder = build(keep=1).text_encoder
    first = encoder.describe([['cheeks raised'], ['lids tight']], 'ab')
    assert list(encoder.kept_texts) == ['cheeks raised']
    again = encoder.describe([['lids tight'], ['cheeks raised']], 'ab')
    assert torch.equal(first.tokens[:, 0, :2], again.tokens[:, 1, :2])
    encoder.load_state_dict(encoder.state_dict())
    assert not encoder.kept_texts
    assert not first.tokens.requires_grad


def test_a_tower_from_a_checkpoint_finds_the_words_that_the_checkpoint_lacks(
    tiny_arch, texts, clip_file
):
    def make(pretrained):
        return OpenCLIPDescriptions(
            tiny_arch, texts, pretrained, taps=2, quick_gelu=True
        )

    started = make(clip_file[0])
    started.init_weights()
    told, known = ([['jaw dropped'], ['lids tight']], 'ab'), ([['lids tight']], 'a')
    loaded, without = make(clip_file[0]), make(None)
    for encoder in (loaded, without):  # as a runner does that tests
        encoder.load_state_dict(started.state_dict())
    found, wanted = loaded.describe(*told), started.describe(*told)
    assert torch.allclose(found.tokens, wanted.tokens, atol=1e-6)
    # Words of the classes' texts are in a checkpoint, and need nothing more.
    found, wanted = without.describe(*known), started.describe(*known)
    assert torch.allclose(found.tokens, wanted.tokens, atol=1e-6)
    with pytest.raises(ValueError, match='clip 7: .* Set text_encoder.pretrained'):
        without.describe([['jaw dropped']], ['7'])


def test_checkpoints_hold_no_more_than_those_of_class_texts(build, tiny_arch, texts):
    encoder = build().text_encoder
    plain = OpenCLIPText(tiny_arch, texts)
    assert encoder.state_dict().keys() == plain.state_dict().keys()


def test_what_cannot_be_read_is_named(build):
    encoder = build().text_encoder
    with pytest.raises(ValueError, match='description of clip 7 has 300 tokens'):
        encoder.describe([['brows ' * 300]], ['7'])
    with pytest.raises(ValueError, match=r'clips of one batch have \[1, 2\] descript'):
        encoder.describe([['brows'], ['brows', '']], 'ab')


def test_a_config_that_does_not_fit_is_refused(build_recognizer, tiny_arch, texts):
    described = dict(type='OpenCLIPDescriptions')
    with pytest.raises(ValueError, match='taps=3, but the text tower has 2 blocks'):
        OpenCLIPDescriptions(tiny_arch, texts)
    with pytest.raises(ValueError, match="take 'OpenCLIPDescriptions'"):
        build_recognizer(type='DescribedRecognizer')
    for name, value in dict(taps=1, text_channels=16).items():
        with pytest.raises(ValueError, match=f'neck.{name}={value}, but .* gives'):
            build_recognizer(
                type='DescribedRecognizer',
                text=described | dict(taps=2),
                neck=FUSION | {name: value},
            )
    with pytest.raises(ValueError, match='heads=3 does not divide'):
        DescriptionAttention(8, 8, heads=3)
    words = Described(torch.randn(2, 1, 3, 6), torch.ones(1, 3) > 0, torch.zeros(1, 1))
    with pytest.raises(ValueError, match='width 6, but the neck has taps=1'):
        DescriptionFusionNeck(8, 6, taps=1).fuse(torch.ones(1, 2, 8), None, words)


def test_the_small_tower_knows_the_words_of_all_units_that_are_drawn():
    arch = 'tgdfer_mm://synth_vlm.json'
    encoder = MODELS.build(
        dict(
            type='OpenCLIPDescriptions',
            arch=arch,
            pretrained='tgdfer_mm://synth_vlm.safetensors',
            descriptions='synth',
            taps=2,
        )
    )
    encoder.init_weights()
    lexicon = load_lexicon()
    said = [p for unit in ACTION_UNITS for p in lexicon.words(unit).phrases.values()]
    found = encoder.describe([[*said, lexicon.rest, ', '.join(said[:15:3])]], ['a'])
    assert found.mask.any(1).all()
