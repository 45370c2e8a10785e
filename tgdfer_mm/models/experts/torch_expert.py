"""Classifiers of timm and torchvision as classifiers of single faces."""

from torch import Tensor, nn

from ...registry import MODELS
from ...video.errors import UsageError
from .frame_expert import FrameExpert
from .weights import fill


@MODELS.register_module()
class TorchExpert(FrameExpert):
    """A model of timm or torchvision as a classifier of single faces [choice].

    Args:
        network: ``timm.NAME`` or ``torchvision.NAME``, e.g. ``torchvision.resnet18``.
        num_classes: K, the classes of the network in the file.
        features: Whether the output is the input of the last linear layer, instead of
            the K scores.
        arguments: Further arguments of the network.
        **kwargs: As for :class:`FrameExpert`.

    Raises:
        UsageError: If there is no such network, or it has no linear layer at its end.
    """

    def __init__(
        self,
        network: str,
        num_classes: int,
        features: bool = False,
        arguments: dict | None = None,
        **kwargs,
    ) -> None:
        built = _build(network, num_classes, arguments or {})
        linear = [n for n, m in built.named_modules() if isinstance(m, nn.Linear)]
        last = built.get_submodule(linear[-1]) if linear else None
        if last is None or last.out_features != num_classes:
            raise UsageError(
                f'{network} has no linear layer for the classes at its end; take '
                'another'
            )
        width = num_classes
        if features:
            width, kwargs['gives'] = last.in_features, 'features'
            parent, _, name = linear[-1].rpartition('.')
            setattr(built.get_submodule(parent), name, nn.Identity())
        super().__init__(width, **kwargs)
        self.network = built
        self._unused = f'{linear[-1]}.' if features else None
        self.freeze()

    def init_weights(self) -> None:
        """Loads ``pretrained``; without it the random weights stay."""
        if self.weights_path is not None:
            fill(self.network, self.weights_path, self._unused)
        self._is_init = True

    def run(self, pictures: Tensor) -> Tensor:
        """(B, C, size, size), prepared, to (B, out_channels)."""
        return self.network(pictures)


def _build(network: str, num_classes: int, arguments: dict) -> nn.Module:
    library, _, name = network.partition('.')
    try:
        if library == 'timm':
            import timm  # slow to import, and a broken one must not stop others

            return timm.create_model(name, num_classes=num_classes, **arguments)
        if library == 'torchvision':
            import torchvision

            options = dict(weights=None, num_classes=num_classes) | arguments
            return torchvision.models.get_model(name, **options)
    # Both raise errors of many kinds for names and arguments that they do not know.
    except Exception as error:
        raise UsageError(f'TorchExpert.network={network!r}: {error}') from error
    raise UsageError(
        f"TorchExpert.network={network!r}: write 'timm.NAME' or 'torchvision.NAME'"
    )
