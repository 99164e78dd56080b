"""Whether the tests take their time: ``make thorough`` tries more examples, and all cases of a sample."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("CHALKGRAD_TESTS") == "thorough"
