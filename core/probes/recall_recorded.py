"""The recorded lesson on recall, under the name that older instructions run: `python -m core.probes.recall_recorded`."""

from core.records.recall import *  # noqa: F403
from core.records.recall import record

if __name__ == "__main__":
    record()
