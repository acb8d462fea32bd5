"""Static files as production serves them: named by their content, those of our pages compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedPages(CompressedManifestStaticFilesStorage):
    """Compresses what our own pages load, not all of the admin and the API docs.

    Those would take 13 to 28 seconds more, at a first start on somebody's machine.
    """

    def compress_files(self, paths):
        return super().compress_files([path for path in paths if is_on_our_pages(path)])


def is_on_our_pages(path):
    """Our own files lie at the top; of the packages' files, pages load htmx alone."""
    return "/" not in path or path.startswith("django_htmx/htmx-2.min.")
