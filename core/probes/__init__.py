"""Experiments on models, as pure functions that return their numbers: what a page shows is what a test asserts."""
