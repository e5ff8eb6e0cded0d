"""The asset graph, as it was last looked at by a person: what each asset is made from and checked by."""

from pathlib import Path

from pipelines.definitions import build_definitions
from pipelines.settings import Settings

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")
RENEW = f"python {Path(*SNAPSHOT.parts[-3:-1], Path(__file__).name)}"


def test_asset_graph_is_the_one_last_reviewed() -> None:
    assert asset_graph() == SNAPSHOT.read_text("utf-8"), (
        f"The asset graph is not the one of {SNAPSHOT.name}. If you meant to change it, renew the file with "
        f"`{RENEW}`, look at the difference, and commit it with the change."
    )


def asset_graph() -> str:
    """Each asset with what it is made from and its checks, in order of names."""
    graph = build_definitions(Settings()).resolve_asset_graph()
    entries = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        parents = sorted(".".join(parent.path) for parent in node.parent_keys)
        checks = sorted(
            f"{check.name}{' (blocking)' if graph.get(check).blocking else ''}" for check in node.check_keys
        )
        lines = [
            ".".join(key.path),
            *(f"    from {name}" for name in parents),
            *(f"    check {name}" for name in checks),
        ]
        entries.append("\n".join(lines))
    return "\n".join(entries) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(asset_graph(), "utf-8")
    print(f"Written: {SNAPSHOT}")
