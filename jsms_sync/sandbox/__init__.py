"""A local JSMS: the REST API, its rules, its audit and its clock, on loopback.

It is written from the API facts alone and imports nothing of the rest of this package. Those who serve it
need `settings.Settings` (light) and `serve.serve` or `serve.running` (these load the server).
"""
