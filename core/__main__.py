"""python -m core train | evaluate | runs | data | bench"""

import sys

from core.cli import main

if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a class may be named in letters that the console does not have
    sys.exit(main())
