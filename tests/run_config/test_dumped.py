"""A config that a run dumps must be Python, also where its layout is left out."""

import pytest
from mmengine.config import Config


def test_a_config_whose_dump_is_not_python_is_refused():
    assert 'a' in Config(dict(a=1)).pretty_text
    with pytest.raises(SyntaxError):
        _ = Config(dict(a=object())).pretty_text
