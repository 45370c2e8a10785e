"""A checkpoint says on which data it was trained; using it on other data is noticed."""

from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from torch import nn

from ..registry import HOOKS
from .checkpoint import weights_misfit

MISMATCHES = ('classes', 'setting', 'pixel_version', 'fold', 'weights')


@HOOKS.register_module()
class CheckpointContractHook(Hook):
    """Compares a loaded checkpoint with the data sets and the model in use.

    The meta information of the training set travels in the checkpoint. Other classes
    or another order of them, another setting (single or several labels a clip), and
    other pictures of the same data set are errors. So is another fold of the same data
    set, because the clips that one fold tests are among those the others train on. In
    testing, weights that are missing or do not fit the model are an error too, where
    mmengine would go on with random ones (in resuming :class:`ExactCheckpointHook` sees
    to that). A checkpoint without meta information, and one of another data set with
    the same classes, get a warning. Whether the model's class texts are those of the
    data, in the same order, is checked before every run.

    Args:
        allow: Mismatches that are meant: any of ``classes``, ``setting``,
            ``pixel_version``, ``fold``, ``weights``. They are logged instead.

    Raises:
        ValueError: `allow` names something else, or there is a mismatch.
    """

    def __init__(self, allow: Sequence[str] = ()) -> None:
        unknown = set(allow) - set(MISMATCHES)
        if unknown:
            raise ValueError(
                f'allow: {sorted(unknown)} unknown, choose from {list(MISMATCHES)}.'
            )
        self.allow = tuple(allow)

    def before_run(self, runner: Runner) -> None:
        """Checks that the model's class texts stand in the order of the labels."""
        texts = getattr(_bare_model(runner), 'text_encoder', None)
        for ours in _datasets_in_use(runner) if texts is not None else ():
            classes = tuple(ours.get('classes', ()))
            if classes != tuple(texts.classes):
                raise ValueError(
                    f'The texts of the model (model.text_encoder.descriptions) are of '
                    f'the classes {tuple(texts.classes)}, the labels of '
                    f'{ours.get("dataset")} of {classes}. They have to be the same, in '
                    'the same order.'
                )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Checks before any weight is loaded."""
        name = runner._load_from or 'The checkpoint'
        problems = []
        theirs = checkpoint.get('meta', {}).get('dataset_meta')
        if theirs is None:
            runner.logger.warning(
                f'{name} does not say which data it was trained on (no '
                '`dataset_meta`): classes, pictures and fold cannot be checked.'
            )
        else:
            for ours in _datasets_in_use(runner):
                problems += compare_metainfo(theirs, ours)
                if theirs.get('dataset') != ours.get('dataset'):
                    runner.logger.warning(
                        f'{name} was trained on {theirs.get("dataset")}, this run uses '
                        f'{ours.get("dataset")}.'
                    )
        # Last, since other classes explain other sizes.
        if _is_testing(runner):
            misfit = weights_misfit(_bare_model(runner), checkpoint)
            problems += [('weights', misfit)] if misfit else []
        for kind, message in dict.fromkeys(problems):
            if kind not in self.allow:
                raise ValueError(
                    f'{name} does not fit this run: {message} If that is meant, pass '
                    f"--allow-mismatch {kind} (or allow=('{kind}',) to "
                    'CheckpointContractHook).'
                )
            runner.logger.warning(f'{name}, allowed on purpose: {message}')


def compare_metainfo(theirs: dict, ours: dict) -> list[tuple[str, str]]:
    """Lists what keeps a model from being used on a data set.

    Args:
        theirs: Meta information of the data set it was trained on.
        ours: Meta information of the data set in use.

    Returns:
        Pairs of a kind of mismatch (see ``MISMATCHES``) and a sentence.
    """
    problems = []
    trained, used = (tuple(meta.get('classes', ())) for meta in (theirs, ours))
    if len(trained) != len(used):
        text = f'it knows {len(trained)} classes {trained}, the data {len(used)} {used}'
        problems.append(('classes', f'{text}.'))
    elif sorted(trained) == sorted(used) and trained != used:
        text = f'its class order is {trained}, that of the data {used}'
        problems.append(('classes', f'{text}.'))
    elif trained != used:
        problems.append(('classes', f'its classes are {trained}, the data has {used}.'))
    same_data = theirs.get('dataset') == ours.get('dataset')
    for key in ('setting', 'pixel_version') if same_data else ('setting',):
        if theirs.get(key) != ours.get(key):
            text = f'it was trained with {key}={theirs.get(key)!r}, the data has'
            problems.append((key, f'{text} {ours.get(key)!r}.'))
    if same_data and theirs.get('fold') != ours.get('fold'):
        text = (
            f'it was trained on fold {theirs.get("fold")} of {ours.get("dataset")} and '
            f'this run uses fold {ours.get("fold")}. That leaks: clips tested here are '
            'among those it was trained on.'
        )
        problems.append(('fold', text))
    return problems


def _datasets_in_use(runner: Runner) -> list[dict]:
    loops = (runner._train_loop, runner._val_loop, runner._test_loop)
    infos = (
        getattr(loop.dataloader.dataset, 'metainfo', None)
        for loop in loops
        if isinstance(loop, BaseLoop)
    )
    return [info for info in infos if info]


def _is_testing(runner: Runner) -> bool:
    # The strategies of FlexibleRunner may hold shards of the weights only.
    return isinstance(runner, Runner) and not isinstance(runner._train_loop, BaseLoop)


def _bare_model(runner: Runner) -> nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
