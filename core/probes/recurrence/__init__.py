"""Recurrence: cells written out, tasks and shapes, padding, word vectors, both directions."""
