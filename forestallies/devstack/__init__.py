"""Run the portal on services of its own: `./run demo`, `./run test` and `./run manage`.

A small supervisor starts PostgreSQL, Valkey and a mail sink from Python wheels, then the portal's own
processes, and stops them in order. It imports neither Django nor Celery, so it starts and refuses at once.
Nothing here is used in production.
"""
