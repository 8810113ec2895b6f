"""Runs: the training loop in a thread, what is kept of it on disk and in a database, and what a run will cost."""
