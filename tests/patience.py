"""How long a test waits at most for what must come.

Whatever trains gives way to what answers people, so that on a machine with other work a run of a second may take a minute. A test waits
for what must come and never for a time, so that a long patience costs nothing where all is well.
"""

from __future__ import annotations

import os

SECONDS = float(os.environ.get("LAB_TEST_SECONDS", 120))
MILLISECONDS = 1000 * SECONDS
