import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from products.database_limits import WEB, limit_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def below(prefix, application):
    """The application, asked for paths that begin with `prefix`; those without it do too."""

    def answer(environ, start_response):
        path = environ.get("PATH_INFO", "")
        if f"{path}/".startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(prefix)
        return application(environ, start_response)

    return answer


application = below(settings.SCRIPT_NAME, get_wsgi_application())
# gunicorn takes it off too, but answers 500 to a path without it.
os.environ.pop("SCRIPT_NAME", None)
limit_connections(WEB)
