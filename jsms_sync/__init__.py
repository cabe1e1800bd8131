"""Keep the SMS templates and scheduled campaigns of a JSMS account in git."""

__version__ = "0.1.0"
