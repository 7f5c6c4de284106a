"""The dialect and the transcript that the how-to shows."""

import re
from pathlib import Path

_FILE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-dialect.md"
_TEXT = _FILE.read_text("utf-8")
SOURCE = re.findall(r"```python\n(.*?)```", _TEXT, re.DOTALL)[0]
LINES = re.findall(r"```json\n(.*?)```", _TEXT, re.DOTALL)[0]
