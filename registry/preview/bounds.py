"""The bounds of previews: of a file, its table, the child that reads it, the queries, and all prepared files."""

from datetime import timedelta
from typing import Final

from registry.child_pool import Limits

MAX_FILE_BYTES: Final = 100_000_000  # of a file that is fetched
MAX_WORKBOOK_BYTES: Final = 12_500_000  # of a workbook, whose cells need much more memory than their text
MAX_JSON_BYTES: Final = 50_000_000  # of a JSON or XML document, which is read as a whole
MAX_UNPACKED_BYTES: Final = 200_000_000  # of a file inside a packed one
START_BYTES: Final = 4_000  # in which a file shows what it is
FETCH_SECONDS: Final = 300.0  # of one download
MAX_TABLES: Final = 20  # of one file: sheets of a workbook, files in an archive
TILE_SECONDS: Final = 20.0  # of one tile of a background map
MAX_ROWS: Final = 2_000_000  # of a table; of a longer one the first ones are shown, and that is said
MAX_COLUMNS: Final = 1_000
MAX_CELLS: Final = 50_000_000  # rows by columns
MAX_CELL_CHARACTERS: Final = 10_000  # of a text; longer ones are cut
MAX_GEOMETRY_CHARACTERS: Final = 500_000  # of a shape as WKT; a longer one is left out
MAX_NAME_CHARACTERS: Final = 300  # of the name of a column

CHILD: Final = Limits(memory=3_000_000_000, seconds=600.0, max_bytes=20_000_000)
READERS_AT_ONCE: Final = 2  # children that read files at a time
CHILD_DUCKDB_MEMORY: Final = "1GB"
QUERY_DUCKDB_MEMORY: Final = "500MB"
QUERY_SECONDS: Final = 5.0  # after which a query of a page is interrupted
MAX_PAGE_ROWS: Final = 1_000
MAX_GROUPS: Final = 2_000  # of an aggregate

MAX_FOLDER_BYTES: Final = 5_000_000_000  # of all prepared files; the least recently used ones are deleted above that
CHECK_AGAIN: Final = timedelta(days=1)  # when a file with an ETag or a date is asked for changes
FETCH_AGAIN: Final = timedelta(days=7)  # when a file without them is fetched again
ASK_AGAIN: Final = timedelta(hours=1)  # when a service is asked for its newest values again
FIRST_RETRY: Final = timedelta(minutes=10)  # after a failure; doubled with each further one
LAST_RETRY: Final = timedelta(days=7)
USE_NOTED: Final = timedelta(hours=1)  # a use is written down at most so often
HOST_PAUSE: Final = timedelta(hours=1)  # in which a host that gives no answer is left alone
