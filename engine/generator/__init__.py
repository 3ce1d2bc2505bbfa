"""The demo generator: shopping visits as a stream of events, and the process that sends them."""
