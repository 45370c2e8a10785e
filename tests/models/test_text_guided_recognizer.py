"""The whole model: zero-shot start, padding, training, explanation, errors."""

import copy
from unittest.mock import MagicMock

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample

from tgdfer_mm.models.text.openclip_text import TEMPLATE
from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.registry import MIL_POOLINGS, MODELS

VARIANTS = ['lgt', 'mtn', 'tca', 'transformer']


def trained(model, std=0.2):
    """The model somewhere away from its start: every path is open."""
    for name, parameter in model.named_parameters():
        if name.startswith(('neck', 'cls_head')) and parameter.dim() > 0:
            torch.nn.init.normal_(parameter, std=std)
    model.neck.gamma.data.fill_(0.5)
    return model.eval()


def verdict_on(model, images, valid):
    samples = [ActionDataSample(metainfo=dict(num_valid=valid))]
    return model.extract_feat(images, stage='head', data_samples=samples)[0]


@torch.no_grad()
def predict(model, batch):
    batch = copy.deepcopy(batch)
    return model.test_step(batch)


@pytest.mark.parametrize('variant', VARIANTS)
def test_starts_as_zero_shot_clip(
    build_recognizer, make_batch, clip_file, texts, variant
):
    path, clip = clip_file
    weights = dict(pretrained=path, quick_gelu=True)
    model = build_recognizer(
        head=dict(temporal=dict(type=variant), pooling='mean'),
        text=weights,
        visual=weights,
    )
    model.init_weights()
    model.eval()
    batch = model.data_preprocessor(make_batch([1, 8, 16]))
    # In double precision: relative to a sum of cosines that may come out near zero,
    # single precision would test its own rounding.
    model, clip = model.double(), clip.double()
    prompts = [[f'{TEMPLATE} {text}' for text in options] for options in texts.values()]
    with torch.no_grad():
        each = [clip.encode_text(TOKENIZER(p), normalize=True).mean(0) for p in prompts]
        text = F.normalize(torch.stack(each), dim=-1)
        images = batch['inputs'].double()
        bag, _ = model.extract_feat(images, data_samples=batch['data_samples'])
        output = model.cls_head(bag)
        for i, valid in enumerate([1, 8, 16]):
            seen = clip.encode_image(images[i, :valid], normalize=True)
            expected = 100 * (seen @ text.t()).mean(0)
            assert torch.allclose(output.logits[i], expected, rtol=1e-5, atol=0)


@pytest.mark.parametrize('variant', VARIANTS)
@pytest.mark.parametrize('group', [1, 4])
@pytest.mark.parametrize('pooling', MIL_POOLINGS.module_dict)
def test_appended_padding_changes_no_logit(
    build_recognizer, make_batch, variant, group, pooling
):
    """At the shipped scale of 100, where single precision alone rounds at 1e-5."""
    head = dict(temporal=dict(type=variant), pooling=pooling)
    model = trained(build_recognizer(head=head, frames_per_instance=group))
    batch = model.data_preprocessor(make_batch([16]))
    for dtype, bound in ((torch.float32, 1e-4), (torch.float64, 1e-5)):
        model, images = model.to(dtype), batch['inputs'].to(dtype)
        for valid in (1, 8, 15):
            shortest = -(-valid // group) * group
            noisy = images.clone()
            noisy[:, valid:] = 9 * torch.randn_like(noisy[:, valid:])
            with torch.no_grad():
                alone = verdict_on(model, images[:, :shortest], valid)
                padded = verdict_on(model, noisy, valid)
            assert torch.allclose(alone.logits, padded.logits, rtol=0, atol=bound)
            video = alone.extra['video'], padded.extra['video']
            assert torch.allclose(*video, rtol=0, atol=bound)
            part = padded.instance[:, : shortest // group]
            assert torch.allclose(alone.instance, part, rtol=0, atol=bound)


@pytest.mark.parametrize('variant', VARIANTS)
def test_every_trainable_part_moves_within_three_steps(
    build_recognizer, make_batch, variant
):
    model = build_recognizer(head=dict(temporal=dict(type=variant))).train()
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    start = {n: p.detach().clone() for n, p in trainable.items()}
    optimizer = torch.optim.SGD(trainable.values(), lr=0.01)
    for label in (0, 1, 2):
        wrapper = MagicMock()
        model.train_step(make_batch([3, 16], label=label), wrapper)
        (loss,) = wrapper.update_params.call_args.args
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    still = [n for n, p in trainable.items() if torch.equal(p, start[n])]
    assert still == []


@pytest.mark.parametrize('variant', VARIANTS)
@pytest.mark.parametrize('neck', ['VisualPromptNeck', 'RelevanceNeck'])
def test_every_trainable_part_is_in_every_graph(
    build_recognizer, make_batch, variant, neck
):
    """Which is what data parallel training asks for."""
    model = build_recognizer(head=dict(temporal=dict(type=variant))).train()
    if neck == 'RelevanceNeck':
        model.neck = MODELS.build(dict(type=neck))
    wrapper = MagicMock()
    model.train_step(make_batch([3, 16]), wrapper)
    wrapper.update_params.call_args.args[0].backward()
    trainable = {n: p for n, p in model.named_parameters() if p.requires_grad}
    assert [n for n, p in trainable.items() if p.grad is None] == []


def test_training_logs_the_parts_and_sums_only_losses(build_recognizer, make_batch):
    model = build_recognizer().train()
    wrapper = MagicMock()
    logs = model.train_step(make_batch([16, 9]), wrapper)
    (total,) = wrapper.update_params.call_args.args
    parts = ('loss_bag', 'loss_video', 'loss_text')
    assert torch.allclose(total, sum(logs[name] for name in parts))
    assert {'gamma', 'tau', 'prompt_cos', 'logit_scale', 'top1_acc'} <= set(logs)


def test_each_prediction_explains_itself(build_recognizer, make_batch):
    model = trained(build_recognizer(frames_per_instance=4))
    for sample, valid in zip(predict(model, make_batch([5, 16])), (5, 16), strict=True):
        assert sample.pred_score.sum() == pytest.approx(1, abs=1e-5)
        assert sample.pred_label.item() == sample.pred_score.argmax()
        assert sample.instance_scores.shape == sample.relevance.shape == (4, 3)
        assert torch.allclose(sample.instance_scores.sum(-1), torch.ones(4))
        assert sample.instance_mask.sum() == -(-valid // 4)
        assert torch.allclose(sample.relevance.sum(0), torch.ones(3))
        assert sample.frames_per_instance == 4


def test_a_batch_of_one_equals_its_place_in_a_batch(build_recognizer, make_batch):
    model, batch = trained(build_recognizer()), make_batch([4, 16, 11])
    together = predict(model, batch)
    for i, sample in enumerate(together):
        alone = dict(
            inputs=batch['inputs'][i : i + 1],
            data_samples=batch['data_samples'][i : i + 1],
        )
        assert torch.allclose(
            predict(model, alone)[0].pred_score, sample.pred_score, atol=1e-5
        )


def test_multi_hot_labels_start_at_a_small_loss(build_recognizer, make_batch):
    head = dict(loss_cls=dict(type='MILLoss', multi_label=True))
    model = build_recognizer(head=head).train()
    batch = make_batch([16, 16])
    for sample in batch['data_samples']:
        sample.set_gt_label(torch.tensor([1.0, 0.0, 1.0]))
    logs = model.train_step(batch, MagicMock())
    assert logs['loss_bag'] < 10
    assert 'top1_acc' not in logs
    scores = predict(model.eval(), batch)[0].pred_score
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize('field', ['gt_label', 'soft_label'])
def test_a_soft_label_s_loss_is_the_labels_by_their_shares(
    build_recognizer, make_batch, field
):
    model, shares = build_recognizer(), torch.tensor([0.2, 0.7, 0.1])
    trained(model, std=0.05).train()
    model.cls_head.logit_scale.data.fill_(1.0)  # losses of the size of one
    batch = make_batch([16, 5])

    def losses(set_label):
        for sample in batch['data_samples']:
            set_label(sample)
        torch.manual_seed(1)  # which descriptions are drawn
        return model.train_step(copy.deepcopy(batch), MagicMock())

    certain = [losses(lambda s, c=c: s.set_gt_label(c)) for c in range(3)]
    soft = losses(lambda s: s.set_field(shares, field))
    for name in ('loss_bag', 'loss_video'):
        each = torch.stack([loss[name] for loss in certain])
        torch.testing.assert_close(soft[name], shares @ each)
        assert each.max() - each.min() > 0.01


def test_logit_scale_is_capped_and_can_come_down_again(build_recognizer, make_batch):
    model = build_recognizer().train()
    model.cls_head.logit_scale.data.fill_(9.0)
    wrapper = MagicMock()
    model.train_step(make_batch([16]), wrapper)
    wrapper.update_params.call_args.args[0].backward()
    assert model.cls_head.logit_scale.exp().item() == pytest.approx(100)
    assert model.cls_head.logit_scale.grad != 0


def test_classes_and_widths_must_fit(build_recognizer):
    with pytest.raises(ValueError, match='num_classes=7.*3 classes: happy'):
        build_recognizer(head=dict(num_classes=7))
    with pytest.raises(ValueError, match='widths differ'):
        build_recognizer(head=dict(in_channels=64))


def test_autocast_leaves_the_logits_in_single_precision(build_recognizer, make_batch):
    model = trained(build_recognizer())
    batch = model.data_preprocessor(make_batch([16]))
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        bag, _ = model.extract_feat(batch['inputs'], data_samples=batch['data_samples'])
    assert bag.instances.dtype == bag.enriched.dtype == torch.float32
    with torch.no_grad():  # what evaluation keeps was not rounded either
        assert torch.equal(bag.text, model.text_encoder.eval()())


def test_trains_under_autocast(build_recognizer, make_batch):
    model = build_recognizer().train()
    batch = model.data_preprocessor(make_batch([16, 5]), training=True)
    with torch.autocast('cpu', torch.bfloat16):
        losses = model(**batch, mode='loss')
    assert losses['loss_bag'].dtype == torch.float32
    (losses['loss_bag'] + losses['loss_video']).backward()
    for name in ('backbone.tower.conv1.weight', 'text_encoder.context', 'neck.gamma'):
        gradient = model.get_parameter(name).grad
        assert torch.isfinite(gradient).all() and gradient.abs().sum() > 0, name
