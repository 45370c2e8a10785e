"""The sentences of each study follow from its measurements."""

from lab.seed_systems.studies import landmarks, mira, pfvit


def test_landmarks_that_help(tmp_path, monkeypatch):
    base = [50.0, 51, 49, 50, 52, 48]
    uar = dict(none=base, true=[x + 5 + i / 10 for i, x in enumerate(base)])
    uar['shuffled'] = [x + (-1) ** i for i, x in enumerate(base)]
    monkeypatch.setattr(landmarks, 'measure', lambda path, report: uar)
    found = landmarks.study(tmp_path, print)
    assert "5.2 points higher with the clip's own" in found.says
    assert 'within noise' in found.says and found.says.endswith("another clip's.")
    assert "| the clip's own | 55.2 ± " in '\n'.join(found.tables)


def test_attention_that_rises_in_one_case_alone(tmp_path, monkeypatch):
    each = {
        'a': [[0.3, 0.35 + i / 1000, 0.3] for i in range(6)],
        'b': [[0.3, 0.3 + (-1) ** i / 100, 0.3] for i in range(6)],
    }
    monkeypatch.setattr(mira, 'measure_each', lambda *args: each)
    found = mira.study(tmp_path, print)
    assert 'rises in 1 of 2 cases and falls in 0' in found.says
    assert '| a | 30.0 | 30.0 | 35.2 |' in found.tables


def test_what_leaks_without_what_keeps_apart(tmp_path, monkeypatch):
    def arm(leak):
        pictures = ('redrawn', 'residue_alone', 'mean_frame', 'least_expressive')
        pictures += ('frame_itself', 'mean_face')
        shares = [
            f'{what}_{part}'
            for what in ('emotion', 'person')
            for part in ('expression', 'residue', 'instance')
        ]
        return [
            {k: 4.0 + n + n * i / 50 for n, k in enumerate(pictures)}
            | {k: leak + i / 500 * (1 + 10 * leak) for k in shares}
            for i in range(6)
        ]

    results = dict(apart=arm(0.1), together=arm(0.4), calm=arm(0.05))
    monkeypatch.setattr(pfvit, 'measure', lambda folder, report: results)
    says = pfvit.study(tmp_path, print).says
    assert '2.1 grey levels lower than' in says and 'expressions (chance 6 %)' in says
    assert 'the person from the expression is 31.5 points higher' in says
