"""The demo: fictional people, a mailbox and one-click sign-in. None of it is reachable when DEMO is off."""
