"""The example in README.md prints what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import Host

FOLDER = Path(__file__).parents[1]


def test_the_readmes_example_prints_what_it_says(host: Host) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    example, printed = re.findall(r"```(?:python)?\n(.*?)```", readme, re.DOTALL)
    paths = {"VERBATIM_URL": host.url, "VERBATIM_API_KEY": host.key, "PYTHONPATH": "src"}
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=FOLDER,
        env={**os.environ, **paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (printed, "")
