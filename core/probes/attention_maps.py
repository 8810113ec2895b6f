"""The attention maps, under the name that older scripts import."""

from core.probes.attention.maps import *  # noqa: F403
