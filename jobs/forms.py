"""The hidden field that every form which changes something carries."""

from uuid import uuid4

from django import forms


class SubmissionForm(forms.Form):
    """A form with an idempotency key; see `jobs.submissions.once`."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
