"""The subjects of the shuffle test, under the name that older scripts import."""

from core.probes.equivariance.subjects import *  # noqa: F403
