"""Who did what: in sentences, on a page, in the admin, by the API and as a file."""
