"""The project package: settings, addresses, the pages that join several apps, and `lib`, which imports no app."""
