"""The fake engine must be importable by name, here and in spawned workers, which get this process's `sys.path`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
