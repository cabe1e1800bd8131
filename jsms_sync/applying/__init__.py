"""Refresh, which reads the service, and apply, which carries out a plan one outcome at a time."""
