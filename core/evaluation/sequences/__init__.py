"""Sequences that were written, judged: by length, by symptom, and which set-ups are compared."""
