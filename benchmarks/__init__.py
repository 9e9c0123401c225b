"""How fast fastnn is: `python benchmarks/run.py`. Cases come from tests/cases."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))
