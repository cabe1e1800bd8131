"""Plans, outcomes and problems rendered as text or JSON; every report returns a string."""
