"""The log as a file for spreadsheets, written as it is read: it may be as long as it likes."""

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from prioritisation.log.reading import Asked, Entry, whole_log
from prioritisation.ranking.export import harmless

COLUMNS = ("time", "who", "by", "what", "did", "sentence", "change")


def csv_of_log(product_id: int | None, asked: Asked, *, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(whole_log(product_id, asked)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-log.csv"'},
    )


class _Line:
    """What csv.writer writes to: gives back the line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    # With a mark, or Excel reads UTF-8 as Latin-1.
    yield "\ufeff" + writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow(
            [
                entry.at.isoformat(timespec="seconds"),
                harmless(entry.who),
                harmless(entry.means),
                entry.kind,
                entry.did,
                harmless(entry.sentence),
                entry.change,
            ]
        )
