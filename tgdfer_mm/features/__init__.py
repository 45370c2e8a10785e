"""Features of a frozen tower, computed once and trained on many times."""

from ..datasets.feature_store import FeatureCacheError, FeatureStore
from .compute import cache_features
from .config_on_features import on_pictures, train_on_features, use_cached_features
from .feature_plan import Plan

__all__ = [
    'FeatureCacheError',
    'FeatureStore',
    'Plan',
    'cache_features',
    'on_pictures',
    'train_on_features',
    'use_cached_features',
]
