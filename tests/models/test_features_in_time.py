"""Reading a backbone's output: every shape, by hand."""

import pytest
import torch

from tgdfer_mm.models.backbones.features_in_time import to_positions


def test_pictures_of_a_video_become_its_positions():
    maps = torch.randn(6, 5, 2, 3)
    got = to_positions(maps, videos=2)
    assert got.shape == (2, 3, 5)
    assert torch.allclose(got[1, 0], maps[3].mean((1, 2)))
    assert torch.equal(
        to_positions(torch.arange(6.0)[:, None], 2)[1, :, 0].long(),
        torch.tensor([3, 4, 5]),
    )


def test_clip_maps_keep_their_time():
    maps = torch.randn(4, 5, 2, 3, 3)  # two clips of each of two videos
    got = to_positions(maps, videos=2)
    assert got.shape == (2, 4, 5)
    assert torch.allclose(got[1, 3], maps[3, :, 1].mean((1, 2)))


def test_tokens_are_averaged_and_a_stated_layout_counts():
    tokens = torch.randn(2, 7, 5)
    assert torch.allclose(to_positions(tokens, 2)[:, 0], tokens.mean(1))
    assert torch.equal(to_positions(tokens, 2, 'NTC'), tokens)
    last = torch.randn(2, 4, 3, 3, 5)
    got = to_positions(last, 2, 'NTHWC')
    assert torch.allclose(got, to_positions(last.movedim(-1, 1), 2))


def test_pathways_meet_at_the_positions_of_the_coarsest():
    slow, fast = torch.randn(1, 4, 2, 1, 1), torch.randn(1, 3, 6, 1, 1)
    got = to_positions((slow, fast), 1)
    assert got.shape == (1, 2, 7)
    assert torch.allclose(got[0, 1, :4], slow[0, :, 1, 0, 0])
    assert torch.allclose(got[0, 1, 4:], fast[0, :, 3:, 0, 0].mean(1))
    nested = to_positions([[slow, fast]], 1)
    assert torch.equal(nested, got)


@pytest.mark.parametrize(
    'output, layout, message',
    [
        (torch.randn(2, 1, 1, 1, 1, 1), None, 'any known layout.*output_layout'),
        (torch.randn(2, 3), 'NTC', r'\(2, 3\) for 2 videos cannot be read as NTC'),
        (torch.randn(3, 3), None, r'\(3, 3\) for 2 videos'),
        (dict(x=torch.randn(2, 3)), None, 'it gives dict'),
        ((torch.randn(2, 3, 2, 1, 1), torch.randn(2, 3, 3, 1, 1)), None, '2 and 3'),
    ],
)
def test_what_cannot_be_read(output, layout, message):
    with pytest.raises(ValueError, match=message):
        to_positions(output, 2, layout)
