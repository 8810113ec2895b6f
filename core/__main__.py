"""python -m core train | evaluate | runs | data"""

import sys

from core.cli import main

if __name__ == "__main__":
    sys.exit(main())
