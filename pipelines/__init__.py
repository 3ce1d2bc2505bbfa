"""The Spark program: one stateless streaming query from Kafka to gold.

Started as a process (``python -m pipelines.main CONFIG``) and never imported by the app or the
engine. Of the engine it knows ``engine.contracts`` only.
"""
