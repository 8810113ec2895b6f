"""The written sequences, under the name that older scripts import."""

from core.probes.seq2seq.written import *  # noqa: F403
