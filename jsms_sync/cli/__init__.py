"""The command line: options in, a report and an exit code out."""
