"""Template and campaign: the lifecycle decisions as pure functions, and the shapes they have on the wire."""
