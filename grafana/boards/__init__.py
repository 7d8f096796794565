"""The dashboards as code: one source, an English and a Vietnamese file of each.

``python -m grafana.boards`` writes ``grafana/dashboards``. A board is a module with a `Board`; what its panels look
like is in `panels`, how they become Grafana's JSON in `building`, and its words in Vietnamese in `vietnamese.yaml`.
"""
