"""The scores of an encoder-decoder, under the name that an error message has printed."""

from core.evaluation.sequences.scores import *  # noqa: F403
