"""``python -m grafana.boards``: writes every dashboard in both languages."""

from pathlib import Path

from grafana.boards.all import files

HERE = Path(__file__).resolve().parents[1] / "dashboards"


def main() -> None:
    """Write the files."""
    for name, content in files().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
