"""The worker: `python sync_worker.py`, or with `--watch` on its schedule."""

import sys

from app.worker import main

sys.exit(main())
