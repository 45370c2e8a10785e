"""A hook that compiles chosen parts of a model."""

from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from ..registry import HOOKS


@HOOKS.register_module()
class CompileHook(Hook):
    """Compiles parts of the model with ``torch.compile`` before a run.

    mmengine's own ``compile=True`` compiles the whole step with the data samples, which
    breaks into many pieces. Convolutional towers and small heads become faster, large
    ViTs hardly. Names in checkpoints do not change.

    Args:
        modules: Names of the parts, such as ``backbone`` or ``cls_head.temporal``.
        **options: Options of ``torch.compile``, e.g. ``mode='max-autotune'``.

    Raises:
        ValueError: The model has no such part.
    """

    def __init__(self, modules: Sequence[str] = ('backbone',), **options) -> None:
        self.modules = tuple(modules)
        self.options = options

    def before_run(self, runner: Runner) -> None:
        """Marks the parts; each one is compiled when it is first called."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        known = dict(model.named_modules())
        for name in self.modules:
            if name not in known:
                raise ValueError(
                    f'CompileHook: the model has no part {name!r}; it has '
                    f'{", ".join(sorted(n for n in known if n and "." not in n))}.'
                )
            known[name].compile(**self.options)
