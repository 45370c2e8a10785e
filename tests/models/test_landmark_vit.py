"""A ViT prompted by landmarks starts as the ViT, and reads maps, time, places."""

import pytest
import torch

from tgdfer_mm.models.backbones import InstanceBackbone, LandmarkViT
from tgdfer_mm.models.layers.landmark_prompter import LandmarkPrompter, PlaceAdapter

T = 2
TOWER = dict(
    type='timm.vit_tiny_patch16_224',
    img_size=16,
    patch_size=8,
    depth=2,
    embed_dim=16,
    num_heads=2,
)
PLANE = dict(type='LandmarkPlane', patch=8)


@pytest.fixture
def tower():
    torch.manual_seed(0)
    return LandmarkViT(TOWER, T, PLANE, hidden=4, heads=2).eval()


def stir(tower):
    for name, parameter in tower.named_parameters():
        if not name.startswith('tower.'):
            torch.nn.init.normal_(parameter, std=0.3)
    return tower


@torch.no_grad()
def test_at_the_start_it_is_the_vit(tower):
    pictures = torch.randn(2 * T, 4, 16, 16)
    expected = tower.tower.forward_features(pictures[:, :3])[:, 0]
    assert torch.allclose(tower(pictures), expected, atol=1e-5)
    assert not any(p.requires_grad for p in tower.tower.parameters())


@torch.no_grad()
def test_landmarks_and_time_reach_the_feature_of_their_own_video_only(tower):
    pictures, tower = torch.randn(2 * T, 4, 16, 16), stir(tower)
    before = tower(pictures)
    moved = pictures.clone()
    moved[0, 3] = torch.randn(16, 16)  # the plane of one frame
    changed = (tower(moved) - before).abs().amax(1) > 1e-5
    assert changed.tolist() == [True, True, False, False]


@torch.no_grad()
def test_a_prompt_looks_where_the_picture_is_strongest():
    prompter = LandmarkPrompter(4, hidden=1)
    torch.nn.init.ones_(prompter.image.weight)
    torch.nn.init.zeros_(prompter.image.bias)
    torch.nn.init.zeros_(prompter.prompt.weight)
    torch.nn.init.zeros_(prompter.prompt.bias)
    torch.nn.init.ones_(prompter.out.weight)
    tokens = torch.zeros(1, 3, 4)
    tokens[0, 1] = 0.5  # the sum is 2: at a sharpness of 10 it takes all
    found = prompter(tokens, torch.randn(1, 3, 4))[0, :, 0]
    assert found.tolist() == pytest.approx([0, 2, 0], abs=1e-6)


def test_what_it_cannot_read(tower):
    with pytest.raises(ValueError, match='of 4 planes, not of 3'):
        tower(torch.randn(T, 3, 16, 16))
    with pytest.raises(ValueError, match=f'num_frames={T}'):
        tower(torch.randn(T + 1, 4, 16, 16))
    tower.landmarks.patch = 4
    tower.embed = torch.nn.Linear(16, 16)
    with pytest.raises(ValueError, match=r'16 places of \(4, 4\), but the ViT has 4'):
        tower(torch.randn(T, 4, 16, 16))
    with pytest.raises(ValueError, match='heads=3'):
        PlaceAdapter(16, heads=3)
    with pytest.raises(ValueError, match='not a ViT of timm'):
        LandmarkViT(dict(type='timm.resnet18'), T, PLANE)


@torch.no_grad()
def test_an_instance_backbone_takes_the_fourth_plane():
    backbone = InstanceBackbone(
        dict(type='LandmarkViT', tower=TOWER, num_frames=T, landmarks=PLANE, heads=2),
        num_frames=T,
        image_size=16,
        out_channels=16,
        input_format='NCHW',
        projection=False,
        in_channels=4,
    ).eval()
    frames, mask = torch.randn(1, T, 4, 16, 16), torch.ones(1, T, dtype=torch.bool)
    features, valid = backbone(frames, mask)
    assert features.shape == (1, T, 16) and valid.all()
