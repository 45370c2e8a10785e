"""Losses on bags."""

from .mil_loss import MILLoss

__all__ = ['MILLoss']
