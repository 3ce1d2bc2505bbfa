"""Alerts: measured every few seconds, judged by the pack's rules, written to the alerts table.

    measure.py   gold, stream and services → Measurements
    judge.py     rule + Measurements → Reading (breach, calm, between, unknown)
    evaluate.py  Reading + what was before → raised, cleared (hysteresis, one open alert a key)
    rules.py     the pack's rules with a person's changes (alerts.toml)
    outbox.py    rows on their way to the pipeline, which is the table's writer
    watch.py     the loop around it all, and what the window asks for

All but measure, outbox and watch are pure: time is an argument.
"""
