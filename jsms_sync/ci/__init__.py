"""What pipelines need around the commands: a comment that stays in one place, and the plan that was reviewed.

Standard library only, and nothing of the rest: it runs `jsms-sync` as a person would.
"""
