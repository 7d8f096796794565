"""Peakweek's model of a public service centre: how large is the backlog of the peak week under this plan?

```
scenario.yaml ─► Scenario ─► Plan ────────────┐
                    │                         ├─► simulate ─► Trace ─► measure ─► Table ─► page, files, terminal
                    └─► sample_workload ──────┘
```

The public names are listed in ``__init__.pyi``; each is loaded when it is first used, so that
``import sim`` costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
