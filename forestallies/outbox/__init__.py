"""What the team reads of the outbox: what is planned, on its way, sent, failed or held back, and why."""
