"""A typed client of the JSMS REST API, usable on its own."""
