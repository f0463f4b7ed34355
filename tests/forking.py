"""Processes forked from one that has everything imported: `CONTEXT.Process(…)` starts in some milliseconds."""

import multiprocessing
from typing import Final

CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["harvesters.kinds.ckan", "harvesters.run.run", "registry.build", "registry.search.tantivy_index", "pytest"]
)  # of the whole test process: whatever was set last before the first start holds
