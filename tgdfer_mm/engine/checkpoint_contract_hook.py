"""Compares the data of a checkpoint with the data of the run."""

from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel

from ..datasets.train_test_overlap import describe_overlap
from ..finite_weights import NonFiniteWeightsError, check_finite, non_finite
from ..registry import HOOKS
from .checkpoint import module_to_fill, weights_misfit
from .class_rows import take_classes_by_name

MISMATCHES = ('classes', 'setting', 'pixel_version', 'fold', 'weights', 'overlap')


class MismatchError(ValueError):
    """Model, checkpoint and data do not fit together; the user can correct it."""

    exit_code = 2  # exit code of a command


@HOOKS.register_module()
class CheckpointContractHook(Hook):
    """Compares a loaded checkpoint with the data sets and the model in use.

    The checkpoint contains the meta information of its training set. These differences
    are errors: other classes or another order of them, another setting (one label or
    several labels for a clip), and other pictures of the same data set. Another fold of
    the same data set is an error too, because the test clips of one fold are training
    clips of the others. In testing it is also an error if weights are missing or do not
    fit the model; mmengine would go on with random ones. (In resuming
    :class:`ExactCheckpointHook` checks this.) There is a warning if a checkpoint has no
    meta information, or comes from another data set with the same classes.

    Before every run the hook checks that the model's class texts have the classes of
    the data, in the same order. Before training it checks that the data for evaluation
    fit the training data in the same way, and share no clip with them.

    Args:
        allow: Mismatches that are intended: any of ``classes``, ``setting``,
            ``pixel_version``, ``fold``, ``weights``, ``overlap`` (of training and
            evaluation clips). They are only logged.

    Raises:
        MismatchError: There is a mismatch, or `allow` has an unknown name.
    """

    def __init__(self, allow: Sequence[str] = ()) -> None:
        unknown = set(allow) - set(MISMATCHES)
        if unknown:
            raise MismatchError(
                f'allow: {sorted(unknown)} unknown, choose from {list(MISMATCHES)}.'
            )
        self.allow = tuple(allow)

    def before_run(self, runner: Runner) -> None:
        """Compares class texts with labels, and training with evaluation clips."""
        texts = getattr(_bare_model(runner), 'text_encoder', None)
        for ours in _datasets_in_use(runner) if texts is not None else ():
            classes = _model_classes(ours)
            if classes != tuple(texts.classes):
                raise MismatchError(
                    'The texts of the model (model.text_encoder.descriptions) are of '
                    f'the classes {tuple(texts.classes)}, the labels of '
                    f'{ours.get("dataset")} of {classes}. Both must be the same, in '
                    'the same order.'
                )
        if isinstance(runner._train_loop, BaseLoop):
            problems = compare_datasets(runner._train_loop, _evaluating_loops(runner))
            self._judge(runner, 'Evaluation does not fit training', problems)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Ends a training that has diverged, before it overwrites good files.

        One step after a loss of NaN every weight is NaN.

        Raises:
            NonFiniteWeightsError: The weights hold NaN or infinity.
        """
        bad = non_finite(checkpoint)
        if bad:
            meta = checkpoint.get('meta', {})
            raise NonFiniteWeightsError(
                f'training has diverged: after epoch {meta.get("epoch")}, iteration '
                f'{meta.get("iter")}, {bad[0]} holds NaN or infinity. This state is '
                f'not saved. Earlier checkpoints are in {runner.work_dir}. Try a '
                'lower learning rate, gradient clipping or another precision.'
            )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Checks before any weight is loaded."""
        name = runner._load_from or 'The checkpoint'
        check_finite(checkpoint, name)
        problems = []
        theirs = checkpoint.get('meta', {}).get('dataset_meta')
        if theirs is None:
            runner.logger.warning(
                f'{name} does not state its training data (it has no `dataset_meta`), '
                'so classes, pictures and fold cannot be checked.'
            )
        else:
            for ours in _datasets_in_use(runner):
                problems += compare_metainfo(theirs, ours)
                if theirs.get('dataset') != ours.get('dataset'):
                    runner.logger.warning(
                        f'{name} was trained on {theirs.get("dataset")}, this run uses '
                        f'{ours.get("dataset")}.'
                    )
        # Checked last, because other classes explain other sizes.
        model = module_to_fill(runner)
        if model is not None and _is_testing(runner):
            misfit = weights_misfit(model, checkpoint)
            problems += [('weights', misfit)] if misfit else []
        self._judge(runner, f'{name} does not fit this run', problems)
        if any(kind == 'classes' for kind, _ in problems) and not _is_testing(runner):
            self._take_by_name(runner, checkpoint, theirs)

    def _take_by_name(self, runner: Runner, checkpoint: dict, theirs: dict) -> None:
        """Lets training start from a model of other classes if these are allowed."""
        ours = _model_classes(_datasets_in_use(runner)[0])
        state = checkpoint.get('state_dict', checkpoint)
        model = _bare_model(runner)
        if isinstance(runner.model, FullyShardedDataParallel):
            raise MismatchError(
                f'{runner._load_from} has other classes, and a model that FSDP has '
                'sharded cannot take class weights by name. Train without FSDP.'
            )
        said = take_classes_by_name(model, state, theirs.get('classes', ()), ours)
        runner.logger.warning(f'{runner._load_from}: {said}')

    def _judge(
        self, runner: Runner, what: str, problems: list[tuple[str, str]]
    ) -> None:
        for kind, message in dict.fromkeys(problems):
            if kind not in self.allow:
                raise MismatchError(
                    f'{what}: {message} If this is intended, pass --allow-mismatch '
                    f"{kind} (or allow=('{kind}',) to CheckpointContractHook)."
                )
            runner.logger.warning(f'{what}, allowed on purpose: {message}')


def compare_datasets(
    train_loop: BaseLoop, others: Sequence[BaseLoop]
) -> list[tuple[str, str]]:
    """Lists why the evaluation clips of a run do not fit its training clips.

    Args:
        train_loop: The loop that trains.
        others: The loops that evaluate.

    Returns:
        Pairs as in :func:`compare_metainfo`.
    """
    train = train_loop.dataloader.dataset
    theirs = getattr(train, 'metainfo', None) or {}
    problems = []
    for loop in others:
        ours = getattr(loop.dataloader.dataset, 'metainfo', None) or {}
        if not ours.get('dataset') or ours['dataset'] != theirs.get('dataset'):
            continue
        problems += compare_metainfo(theirs, ours)
        shared = describe_overlap(train, loop.dataloader.dataset)
        problems += [('overlap', shared)] if shared else []
    return problems


def compare_metainfo(theirs: dict, ours: dict) -> list[tuple[str, str]]:
    """Lists why a model cannot be used on a data set.

    Args:
        theirs: Meta information of the model's training set.
        ours: Meta information of the data set in use.

    Returns:
        Pairs of a kind of mismatch (see ``MISMATCHES``) and a sentence.
    """
    problems = []
    trained, used = tuple(theirs.get('classes', ())), _model_classes(ours)
    if len(trained) != len(used):
        text = f'it has {len(trained)} classes {trained}, the data {len(used)} {used}'
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
            text = f'{text} {ours.get(key)!r}.'
            if key == 'setting' and theirs.get('fold_lists') != ours.get('fold_lists'):
                text += (
                    f' This is a leak: the {theirs.get("fold_lists")} lists have '
                    f'other folds than the {ours.get("fold_lists")} lists, so some '
                    'test clips of this run are among its training clips in any fold.'
                )
            problems.append((key, text))
    if same_data and ours.get('val_part', 0) > theirs.get('val_part', 0):
        text = (
            f'it was trained with val_part={theirs.get("val_part", 0)}, the data has '
            f'{ours["val_part"]}. This is a leak: validation clips of this run are '
            'among its training clips.'
        )
        problems.append(('fold', text))
    if same_data and theirs.get('protocol') != ours.get('protocol'):
        text = (
            f'it was trained on a fold of protocol={theirs.get("protocol")!r}, the '
            f'data has {ours.get("protocol")!r}. This is a leak: the two protocols '
            'have other people in their folds, so some people in the test clips of '
            'this run are in its training clips.'
        )
        problems.append(('fold', text))
    if same_data and theirs.get('fold') != ours.get('fold'):
        text = (
            f'it was trained on fold {theirs.get("fold")} of {ours.get("dataset")} '
            f'and this run uses fold {ours.get("fold")}. This is a leak: test clips '
            'of this run are among its training clips.'
        )
        problems.append(('fold', text))
    return problems


def _model_classes(info: dict) -> tuple[str, ...]:
    # The classes of the data set, unless the scores are mapped to it from other
    # classes.
    return tuple(info.get('model_classes') or info.get('classes', ()))


def _evaluating_loops(runner: Runner) -> list[BaseLoop]:
    loops = (runner._val_loop, runner._test_loop)
    return [loop for loop in loops if isinstance(loop, BaseLoop)]


def _datasets_in_use(runner: Runner) -> list[dict]:
    loops = _evaluating_loops(runner)
    if isinstance(runner._train_loop, BaseLoop):
        loops.insert(0, runner._train_loop)
    infos = (getattr(loop.dataloader.dataset, 'metainfo', None) for loop in loops)
    return [info for info in infos if info]


def _is_testing(runner: Runner) -> bool:
    return not isinstance(runner._train_loop, BaseLoop)


def _bare_model(runner: Runner) -> nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
