"""Makes one export in a process of its own: `python -m vedette.exporting`.

Its first line of input tells it everything, by a pipe since settings hold secrets; when the pipe
ends, the server is gone and so is this process. Each line of output says how far it is.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import closing

from vedette.app import archive_places, open_database
from vedette.core.errors import VedetteError
from vedette.pipeline.export import ExportMaker, Made, Report
from vedette.pipeline.export_desk import ExportOrder, Said, read_order, say
from vedette.record.archive import Archive
from vedette.record.manifest import open_signer
from vedette.runtime.logs import configure_logs

__all__ = ["main"]

_NICE = 15
_STEP = 0.01


def main() -> int:
    """Make the export; 0 when it is finished."""
    os.nice(_NICE)
    order = read_order(sys.stdin.buffer.readline())
    configure_logs(order.settings.log_level, order.settings.log_format, "export")
    threading.Thread(target=_until_alone, name="alone", daemon=True).start()
    told = 0.0

    def report(progress: float) -> None:
        nonlocal told
        if progress - told >= _STEP:
            told = progress
            _tell(Said(progress=progress))

    try:
        made = _make(order, report)
    except (VedetteError, OSError) as error:
        _tell(Said(error=str(error)))
        return 1
    _tell(Said(progress=1.0, name=made.name, size=made.size))
    return 0


def _make(order: ExportOrder, report: Report) -> Made:
    settings = order.settings
    with closing(open_database(settings)) as store:
        maker = ExportMaker(
            Archive(store.footage, archive_places(settings)),
            store.activity,
            store.site.load(),
            open_signer(settings.data_dir / "export.key"),
        )
        return maker.make(order.export, settings.data_dir / "exports" / order.export.id, report)


def _tell(said: Said) -> None:
    sys.stdout.write(say(said) + "\n")
    sys.stdout.flush()


def _until_alone() -> None:
    # Not through sys.stdin: its lock, held here, would spoil an orderly end.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
