"""Random states: what is drawn after setting them is what was drawn before."""

import io
import random

import numpy as np
import torch

from tgdfer_mm.random_state import (
    get_random_state,
    random_state_kept,
    set_random_state,
)


def draw():
    return (
        random.gauss(0, 1),
        random.random(),
        np.random.normal(),
        np.random.randint(1 << 30),
        torch.randn(3).tolist(),
    )


def test_every_generator_goes_on_where_it_was_through_a_plain_file():
    draw()  # leaves half a pair of Gaussian numbers behind in Python and NumPy
    file = io.BytesIO()
    torch.save(get_random_state(), file)
    expected = [draw() for _ in range(3)]
    file.seek(0)
    set_random_state(torch.load(file, weights_only=True))
    assert [draw() for _ in range(3)] == expected


def test_drawing_inside_goes_unnoticed_outside_even_after_an_error():
    state = get_random_state()
    expected = draw()
    set_random_state(state)
    try:
        with random_state_kept():
            inside = draw()
            raise KeyError
    except KeyError:
        pass
    assert draw() == expected == inside
