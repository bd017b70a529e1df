"""How fast the portal is beside the bare thing: the same database, mail server or typesetter without the portal.

Times differ from machine to machine, the ratio much less; both are measured in turn in one run. Each benchmark works in
a database of its own that is made before and dropped after, so it may be run anywhere. `manage.py benchmark` runs them.
"""
