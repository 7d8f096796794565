"""Adapters: what happened elsewhere, as events of the vocabulary."""
