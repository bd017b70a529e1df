"""What somebody asks the speakers."""

from django import forms
from django.utils.translation import gettext_lazy

from events.models import SpeakerQuestion
from forestallies.lib import text
from jobs.forms import SubmissionForm

LENGTH = SpeakerQuestion._meta.get_field("words").max_length or 0


class QuestionForm(SubmissionForm):
    """A question of a few lines."""

    words = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=LENGTH,
        widget=forms.Textarea({"rows": 3}),
        validators=[text.check_printable],
        help_text=gettext_lazy("At most 400 letters. Everybody who takes part can read it and vote for it."),
    )
    without_name = forms.BooleanField(
        label=gettext_lazy("Ask without my name"),
        required=False,
        help_text=gettext_lazy("Then nobody sees who asks, the team neither."),
    )

    def clean_words(self) -> str:
        return text.tidy(self.cleaned_data["words"], lines=True)
