"""Paths of the laboratory in the checkout."""

from pathlib import Path

LAB = Path(__file__).resolve().parent
ROOT = LAB.parent
CONFIGS = LAB / 'configs'
DOCS = ROOT / 'docs'
