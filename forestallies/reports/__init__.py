"""Reports: tables that join programmes, workshops, events, people and certificates, and leave the portal as files.

They stand in the project package because no app may know all of these (docs/decisions/0006).
"""
