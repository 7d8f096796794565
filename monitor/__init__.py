"""The live service of a public service centre: events in, the queue's truth out.

Pipeline: events → `store` (durable) → `state` (pure fold) → `collector` (metrics) and `web` (page). See `DESIGN.md`.
"""
