"""What every start of the site has in common; gunicorn reads it where it is started."""

#: its most: with 4,094 the sheet over 400 requirements selected in the ranking was refused (414),
#: and one may select entry.bulk.MOST
limit_request_line = 8190

#: Docker kills after ten seconds, and whoever updates waits; what is under way after two rolls
#: back (gunicorn's own default is 30)
graceful_timeout = 2
