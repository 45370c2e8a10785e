"""Models, in the order the data flows: towers, text, neck, time, head, loss.

Every part that a config names can be imported from here, e.g. ``from tgdfer_mm.models
import TextGuidedRecognizer``. The kinds of parts are in subpackages: ``backbones``,
``experts`` (classifiers of single faces as backbones), ``text``, ``necks``,
``temporal``, ``pooling``, ``heads``, ``losses``, ``recognizers`` and
``data_preprocessors``. Layers and functions that they share are in ``layers`` and
``functional``; ``bag`` has the data structure that is passed between them; and
``vision_language`` builds and loads the vision-language models that the towers are
taken from.
"""

from .backbones import *  # noqa: F403
from .bag import Bag
from .data_preprocessors import *  # noqa: F403
from .experts import *  # noqa: F403
from .heads import *  # noqa: F403
from .layers import ExactReweighting, LightReweighting
from .losses import *  # noqa: F403
from .necks import *  # noqa: F403
from .pooling import *  # noqa: F403
from .recognizers import *  # noqa: F403
from .temporal import *  # noqa: F403
from .text import *  # noqa: F403

__all__ = [
    'Bag',
    'ExactReweighting',
    'LightReweighting',
    *backbones.__all__,  # noqa: F405
    *data_preprocessors.__all__,  # noqa: F405
    *experts.__all__,  # noqa: F405
    *heads.__all__,  # noqa: F405
    *losses.__all__,  # noqa: F405
    *necks.__all__,  # noqa: F405
    *pooling.__all__,  # noqa: F405
    *recognizers.__all__,  # noqa: F405
    *temporal.__all__,  # noqa: F405
    *text.__all__,  # noqa: F405
]
