"""Judging what was learned from logits that are kept: no second forward pass for any question."""
