"""Two records of one person, or of one organisation, become one: docs/decisions/0019-merging.md.

Every relation to either has a rule (`person_rules`, `organisation_rules`); a test enumerates the relations. The page
that asks carries the merge out and takes it back (`merge.try_out`), so what it says is what will be done.
"""
