"""Tells people what they must look at: in the log always, at a webhook if one is set.

Belongs here: how an alert leaves. Not here: what is alerted to (intake, publication, jobs).
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import dagster as dg
import requests

from pipelines.settings import Settings

SECONDS_TO_ANSWER = 10


def alert(sentences: Iterable[str], settings: Settings, warn: Callable[[str], object]) -> None:
    """Warns of each sentence, then sends them together.

    The webhook gets one JSON object with the key text, as Slack, Teams and Mattermost take it. An alert that cannot be
    delivered is said, and fails nothing. The webhook's address is a secret: it is in no message.
    """
    told = list(sentences)
    for sentence in told:
        warn(f"ALERT {sentence}")
    if told and settings.alert_webhook and (problem := _post(settings.alert_webhook, "\n".join(told))):
        warn(f"the alert could not be delivered to {urlsplit(settings.alert_webhook).hostname}: {problem}")


@dg.failure_hook(required_resource_keys={"settings"})
def alert_on_failure(context: dg.HookContext) -> None:
    """Tells that a step failed, and why."""
    cause = context.op_exception or "for an unknown reason"
    sentence = f"run {context.run_id[:8]} failed at {context.op.name}: {cause}"
    alert([sentence], context.resources.settings, context.log.warning)


def _post(address: str, text: str) -> str | None:
    """Sends a text; what went wrong, if anything."""
    try:
        answer = requests.post(address, json={"text": text}, timeout=SECONDS_TO_ANSWER, allow_redirects=False)
    except (requests.RequestException, ValueError) as error:  # ValueError: a host name that cannot be one
        return type(error).__name__  # its text has the address
    return None if answer.ok else f"it answered {answer.status_code}"
