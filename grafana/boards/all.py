"""Every board, and the files that are made of them."""

from pathlib import Path

from ruamel.yaml import YAML

from grafana.boards import centre, leaders, network, province, queues
from grafana.boards.building import built

WORDS = YAML(typ="safe").load(Path(__file__).with_name("vietnamese.yaml"))
BOARDS = (centre.BOARD, queues.BOARD, network.BOARD, leaders.BOARD, province.BOARD)
LANGUAGES = {"en": lambda text: text, "vi": WORDS.__getitem__}


def files() -> dict[str, str]:
    """Return the content of each file by its name in the folder of the dashboards."""
    return {
        f"{language}/{board.name}.json": built(board, language, say)
        for language, say in LANGUAGES.items()
        for board in BOARDS
    }
