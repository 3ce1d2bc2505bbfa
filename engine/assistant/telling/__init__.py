"""How a result is told: its sentence, written from its figures, and its chart."""
