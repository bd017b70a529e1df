"""The terms that people agree to, by version; a new version is asked for anew."""

from members.models import Consent

VERSION = "2026-11"
REQUIRED = (Consent.Term.PRIVACY, Consent.Term.CODE_OF_CONDUCT, Consent.Term.COMMITMENT)
