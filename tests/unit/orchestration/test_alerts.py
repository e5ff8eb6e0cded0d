"""Alerts arrive at a webhook, fail nothing where they do not, and give no secret away."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dagster as dg
import pytest

from pipelines.orchestration import alerts
from pipelines.orchestration.alerts import alert, alert_on_failure
from pipelines.settings import Settings

SECRET_PATH = "hooks/T0SECRET"
EMAIL = "ann@board.example"
TOLD = ["2026-Q2 is late", "3 files could not be renewed"]


@dataclass
class Webhook:
    """A chat's web server: what it answers, after how long, and what it was sent."""

    address: str = ""
    status: int = 200
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            hook.received.append((self.path, json.loads(content)))
            hook.released.wait(hook.seconds)
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    hook.address = f"http://127.0.0.1:{server.server_port}/{SECRET_PATH}"
    yield hook
    hook.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def settings_with(address: str | None) -> Settings:
    return replace(Settings(), alert_webhook=address, contact_email=EMAIL)


def warnings_of(address: str | None, sentences: list[str] = TOLD) -> list[str]:
    """What the log says of alerts; never a secret."""
    said: list[str] = []
    alert(sentences, settings_with(address), said.append)
    assert not any(secret in line for line in said for secret in (SECRET_PATH, "T0SECRET", "ann", EMAIL))
    return said


IN_THE_LOG = [f"ALERT {sentence}" for sentence in TOLD]


def test_all_sentences_arrive_together_as_one_text(webhook: Webhook) -> None:
    assert warnings_of(webhook.address) == IN_THE_LOG
    assert webhook.received == [(f"/{SECRET_PATH}", {"text": "2026-Q2 is late\n3 files could not be renewed"})]


def test_without_a_webhook_alerts_are_in_the_log() -> None:
    assert warnings_of(None) == IN_THE_LOG


def test_nothing_to_tell_is_not_sent(webhook: Webhook) -> None:
    assert warnings_of(webhook.address, []) == []
    assert webhook.received == []


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_an_answer_that_is_no_success_is_said(webhook: Webhook, status: int) -> None:
    webhook.status = status
    problem = f"the alert could not be delivered to 127.0.0.1: it answered {status}"
    assert warnings_of(webhook.address) == [*IN_THE_LOG, problem]


def test_a_webhook_that_does_not_answer_in_time_is_said(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "SECONDS_TO_ANSWER", 0.1)
    webhook.seconds = 10
    problem = "the alert could not be delivered to 127.0.0.1: ReadTimeout"
    assert warnings_of(webhook.address) == [*IN_THE_LOG, problem]


def test_a_server_that_is_down_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET_PATH}"
    problem = "the alert could not be delivered to 127.0.0.1: ConnectionError"
    assert warnings_of(address) == [*IN_THE_LOG, problem]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:99999",
        "exa mple",
        "a..b",
    ],
)
def test_a_host_that_there_cannot_be_is_said(host: str) -> None:
    *log, problem = warnings_of(f"https://{host}/{SECRET_PATH}")
    assert log == IN_THE_LOG
    assert problem.startswith("the alert could not be delivered to ")


def test_an_alert_is_not_carried_to_another_address(webhook: Webhook) -> None:
    webhook.status, webhook.headers = 307, {"Location": webhook.address + "/elsewhere"}
    warnings_of(webhook.address)
    assert [path for path, _ in webhook.received] == [f"/{SECRET_PATH}"]


# A run that fails


@dg.op(name="captured_files")
def failing() -> None:
    try:
        raise OSError("what the library says")
    except OSError as error:
        raise ValueError("a.csv: line 7: what to do") from error


def fail(address: str | None) -> bool:
    @dg.job(
        hooks={alert_on_failure},
        resource_defs={"settings": dg.ResourceDefinition.hardcoded_resource(settings_with(address))},
    )
    def refresh() -> None:
        failing()

    with dg.DagsterInstance.ephemeral() as instance:
        return refresh.execute_in_process(instance=instance, raise_on_error=False).success


def test_a_failed_step_is_told_with_its_cause(webhook: Webhook) -> None:
    assert not fail(webhook.address)
    [(_, sent)] = webhook.received
    assert sent["text"].endswith(" failed at captured_files: a.csv: line 7: what to do")
    assert sent["text"].startswith("run ")


def test_a_failed_step_with_a_webhook_that_fails_too_is_only_a_failed_step(
    webhook: Webhook, capfd: pytest.CaptureFixture[str]
) -> None:
    webhook.status = 500
    assert not fail(webhook.address)
    said = capfd.readouterr().err
    assert "it answered 500" in said
    assert "HOOK_ERRORED" not in said
    assert SECRET_PATH not in said
    assert EMAIL not in said
