"""Trainings with and without descriptions of the clips, over several repeats."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from torch import nn

from lab.kept_result import kept_result
from lab.paths import CONFIGS
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.locks import held
from tgdfer_mm.registry import MODELS

from .drawn import Drawn, draw, tell

PLAN = Path(__file__).with_name('plan.json')
Results = dict[str, list[dict]]  # of each arm, one for each repeat


class Study:
    """A study: the results in its folder, and the clips for missing results.

    Args:
        plan: See ``plan.json``.
        root: Folder of the study.
        report: Called with one line of text for each training.
    """

    def __init__(
        self, plan: dict, root: Path, report: Callable[[str], None] = print
    ) -> None:
        self.plan, self.root, self.report = plan, Path(root).absolute(), report
        self._drawn: tuple[int, Drawn, Drawn] | None = None

    def measure(self) -> tuple[Results, dict]:
        """Chooses the settings, trains each arm, and returns figures and settings.

        Each repeat has other people; all arms of a repeat have the same people and the
        same seed. Finished parts are kept: a second call continues.

        Returns:
            For each arm and repeat, a dict with ``UAR`` and the ``gates``; and the
            settings of the arms that have several to choose from. The other arms use
            the settings of the last of these arms.

        Raises:
            OtherConfigError: The plan of a finished training has changed.
            BusyError: Another process is running this study.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with held(self.root / '.lock', f'the study in {self.root}'):
            chosen = self.choose()
            results: Results = {arm: [] for arm in self.plan['arms']}
            for repeat in range(self.plan['repeats']):
                for arm in self.plan['arms']:
                    setting = chosen.get(arm) or [*chosen.values()][-1]
                    seed = self.plan['seed'] + repeat
                    results[arm].append(self.perform(arm, setting, seed, 'figures'))
        return results, chosen

    def choose(self) -> dict:
        """The settings with the highest mean UAR, on people for this choice only."""
        chosen, first = {}, self.plan['tuning_seed']
        seeds = range(first, first + self.plan['tuning_repeats'])
        found: dict[tuple[str, int], list[float]] = {}
        for seed in seeds:
            for arm, settings in self.plan['settings'].items():
                for place, setting in enumerate(settings):
                    uar = self.perform(arm, setting, seed, 'tuning')['UAR']
                    found.setdefault((arm, place), []).append(uar)
        for arm, settings in self.plan['settings'].items():
            means = [np.mean(found[arm, place]) for place in range(len(settings))]
            chosen[arm] = settings[int(np.argmax(means))]
        return chosen

    def perform(self, arm: str, setting: dict, seed: int, kind: str) -> dict:
        """Trains and tests, unless there is a result."""
        what = {k: self.plan[k] for k in _DECIDING if k in self.plan} | dict(
            self.plan['arms'][arm]
        )
        what |= dict(setting=setting, seed=seed)
        text = json.dumps(what, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        name = '_'.join(f'{key}{value}' for key, value in setting.items())
        path = self.root / kind / arm / f'{name}_seed{seed}.json'
        advice = 'Delete it, or take another folder for the study.'
        kept = kept_result(path, 'UAR', digest, advice)
        if kept is not None:
            return dict(UAR=kept['UAR'], gates=kept['gates'])
        found = self.train(arm, setting, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(found | dict(config_sha256=digest)) + '\n')
        self.report(f'{kind}, {arm}, {name}, seed {seed}: UAR {found["UAR"]:.1f}')
        return found

    def train(self, arm: str, setting: dict, seed: int) -> dict:
        """Trains and tests, see :meth:`perform`."""
        train, test = self.people(seed)
        about, plan = self.plan['arms'][arm], self.plan
        texts = [None, None]
        if 'sigma' in about:
            rng = np.random.default_rng([seed, 79])
            options = dict(shuffled=about.get('shuffled', False), rng=rng)
            options |= dict(of=setting['of'], most=plan['most'], sigma=about['sigma'])
            texts = [tell(drawn, **options) for drawn in (train, test)]
        cfg = recognizer_config('deva/described' if 'of' in setting else None)
        torch.manual_seed(seed)
        model = MODELS.build(cfg.model)
        model.init_weights()
        fit(model, cfg, setting, train, texts[0], plan)
        uar = balanced_accuracy(model, test, texts[1])
        gates = [float(r.gate[0]) for r in getattr(model.neck, 'readers', [])]
        return dict(UAR=uar, gates=gates)

    def people(self, seed: int) -> tuple[Drawn, Drawn]:
        """Clips for training, and clips of other people for testing."""
        if self._drawn is None or self._drawn[0] != seed:
            plan, count = self.plan, self.plan['people']
            init_default_scope('mmaction')
            model = MODELS.build(recognizer_config(None, frozen=False).model)
            model.init_weights()
            model.eval()
            people = range(count['train']), range(count['train'], sum(count.values()))
            parts = [
                draw(model, plan['level'], seed, p, plan['frames']) for p in people
            ]
            self._drawn = seed, *parts
        return self._drawn[1:]


_DECIDING = ('level', 'frames', 'people', 'batch_size', 'epochs', 'most')


def read_plan() -> dict:
    """Reads the plan."""
    return read_json(PLAN, 'arms', 'settings')


def recognizer_config(name: str | None, frozen: bool = True) -> Config:
    """The config of a recognizer, TG-DFER by default, that reads features if frozen."""
    cfg = Config.fromfile(CONFIGS / f'{name or "ablations/full"}.py')
    if frozen:
        backbone = cfg.model.backbone
        cfg.model.backbone = dict(type='PrecomputedFeatures', backbone=backbone)
        cfg.model.data_preprocessor = dict(type='ActionDataPreprocessor')
    return cfg


def fit(
    model: nn.Module,
    cfg: Config,
    setting: dict,
    clips: Drawn,
    texts: list[list[str]] | None,
    plan: dict,
) -> None:
    """Trains a recognizer on features; the learning rate rises and falls once."""
    optimizer = cfg.optim_wrapper
    optimizer.optimizer.lr = setting['lr']
    rates = optimizer.paramwise_cfg.custom_keys
    if 'of' in setting:
        rates['neck.readers'] = dict(lr_mult=float(setting['reader_rate']))
        for i in range(model.neck.taps):  # if two keys match, the longer one counts
            rates[f'neck.readers.{i}.gate'] = dict(lr_mult=float(setting['gate_rate']))
    wrapper = build_optim_wrapper(model, optimizer)
    size, count = plan['batch_size'], len(clips)
    steps = plan['epochs'] * (count // size)
    highest = [group['lr'] for group in wrapper.optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        wrapper.optimizer, highest, total_steps=steps, cycle_momentum=False
    )
    model.train()
    for _ in range(plan['epochs']):
        order = torch.randperm(count).tolist()
        for start in range(0, count - size + 1, size):
            rows = order[start : start + size]
            samples = clips.samples(texts, rows)
            losses = model.loss(clips.features[rows], samples)
            total, _ = model.parse_losses(losses)
            wrapper.update_params(total)
            schedule.step()
    model.eval()


@torch.no_grad()
def balanced_accuracy(
    model: nn.Module, clips: Drawn, texts: list[list[str]] | None
) -> float:
    """UAR in percent."""
    rows = list(range(len(clips)))
    found = model.predict(clips.features, clips.samples(texts, rows))
    named = torch.stack([sample.pred_score for sample in found]).argmax(1)
    right = (named == clips.label).double()
    recalls = [right[clips.label == c].mean() for c in clips.label.unique()]
    return 100 * float(torch.stack(recalls).mean())
