"""Signs of life of the ticks."""

from django.db import models


class Heartbeat(models.Model):
    """When a tick of a name last came to its end, and what went wrong with it when something did."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%dT%H:%M:%SZ}"
