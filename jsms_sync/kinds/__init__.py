"""Template and campaign: the lifecycle decisions as pure functions, and the shapes they have on the wire."""

KINDS = ("template", "campaign")
"""Every kind, each with a module of that name here; to add one, see CONTRIBUTING.md."""
