"""The configs of the settings train, validate and predict, on a tiny model."""

import torch
from mmengine.runner import Runner

from tgdfer_mm.models.heads.labels import read_labels


def write_compounds(root):
    names = ['anger', 'anger_disgust', 'fear', 'anxiety_helplessness'] * 2
    rows = ''.join(f'{20 + i:05d}.mp4 {name}\r\n' for i, name in enumerate(names))
    for subset in ('train', 'test'):
        path = root / f'Train & Test Set/compound/no_caption/set_3/{subset}.txt'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rows)


def write_votes(root):
    header = '1happy,2sad,3neutral,4angry,5surprise,6disgust,7fear,order,label\n'
    rows = []
    for i in range(1, 9):
        votes = [0] * 7
        votes[(i - 1) % 7] = 7
        votes[i % 7] += 3
        rows.append(','.join(map(str, [*votes, i, (i - 1) % 7 + 1])))
    (root / 'Annotation').mkdir()
    (root / 'Annotation/annotation.csv').write_text(header + '\n'.join(rows))


def test_several_labels(tiny, mafw):
    write_compounds(mafw)
    runner = Runner.from_cfg(tiny('tgdfer_mafw_multi', mafw))
    runner.train()
    scalars = runner.message_hub.log_scalars
    assert {'val/multi/mAP', 'val/multi/macro_F1', 'train/loss_bag'} <= set(scalars)
    batch = next(iter(runner.val_dataloader))
    with torch.no_grad():
        sample = runner.model.val_step(batch)[0]
    chosen = sample.pred_label.tolist()
    above = (sample.pred_score >= 0.5).nonzero().flatten().tolist()
    assert chosen == (above or [int(sample.pred_score.argmax())])
    # One sigmoid per class: the scores are no distribution.
    assert abs(sample.pred_score.sum().item() - 1) > 1e-3


def test_compounds(tiny, mafw):
    write_compounds(mafw)
    runner = Runner.from_cfg(tiny('tgdfer_mafw_compound', mafw))
    assert {'dfer/WAR', 'dfer/recall_anger_disgust'} <= set(runner.test())


def test_votes(tiny, dfew):
    write_votes(dfew)
    cfg = tiny('tgdfer_dfew_votes', dfew)
    cfg.train_dataloader.dataset.votes_file = 'Annotation/annotation.csv'
    runner = Runner.from_cfg(cfg)
    samples = [runner.train_dataloader.dataset[i]['data_samples'] for i in range(4)]
    logits = torch.randn(4, 7, generator=torch.Generator().manual_seed(0))
    head = runner.model.cls_head
    label = read_labels(samples, logits)
    # The loss is the mean of the votes' cross entropies, by hand.
    shares = torch.stack([sample.soft_label for sample in samples])
    expected = -(shares * logits.log_softmax(-1)).sum(-1).mean()
    assert torch.allclose(head.loss_cls(logits, label), expected)
    # A clip without votes is certain of its label.
    del samples[1].soft_label
    mixed = read_labels(samples, logits)
    assert mixed[1].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert torch.equal(mixed[0], label[0])


def test_one_scenario_by_scene(tiny, ferv39k, monkeypatch):
    monkeypatch.setenv('TGDFER_SCENARIO', 'anomaly_issues')
    cfg = tiny('tgdfer_ferv39k_scenario', ferv39k)
    metrics = Runner.from_cfg(cfg).test()
    assert {'dfer/War/UAR', 'dfer/War/WAR'} <= set(metrics)
    assert not any('Crime' in key for key in metrics)
