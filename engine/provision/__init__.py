"""What a start needs and pip cannot bring: a Java runtime that fits, Maven jars, models.

Set-up fetches (``python -m engine.provision``); a start only looks. Nothing here imports pyspark:
its folder is found, its code is not run.
"""
