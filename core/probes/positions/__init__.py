"""Positions: the tables, and whether a model places its tokens."""
