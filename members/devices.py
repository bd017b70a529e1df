"""In which browser, on what kind of device: the two words that a person recognises, and nothing more."""

from typing import TypeAlias

from members.models import OpenSession

Browser: TypeAlias = OpenSession.Browser
System: TypeAlias = OpenSession.System

# In this order: most browsers name others in their signature.
BROWSERS = (
    ("SamsungBrowser", Browser.SAMSUNG),
    ("Edg", Browser.EDGE),
    ("OPR", Browser.OPERA),
    ("Opera", Browser.OPERA),
    ("Firefox", Browser.FIREFOX),
    ("FxiOS", Browser.FIREFOX),
    ("CriOS", Browser.CHROME),
    ("Chrome", Browser.CHROME),
    ("Safari", Browser.SAFARI),
)
SYSTEMS = (
    ("iPhone", System.IPHONE),
    ("iPad", System.IPAD),
    ("Android", System.ANDROID),
    ("Windows", System.WINDOWS),
    ("Macintosh", System.MAC),
    ("Linux", System.LINUX),
    ("X11", System.LINUX),
)


def browser_of(signature: str) -> Browser:
    """The browser behind a `User-Agent`."""
    return next((browser for mark, browser in BROWSERS if mark in signature), Browser.OTHER)


def system_of(signature: str) -> System:
    """The kind of device behind a `User-Agent`."""
    return next((system for mark, system in SYSTEMS if mark in signature), System.OTHER)
