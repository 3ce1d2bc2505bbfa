"""Simulated courses of a metric, in a process of their own.

statsmodels and pandas take more than a second to import, and parts of that hold Python's lock for
longer than a window may leave a click unanswered; fitting takes as much processor time again. A
child reads one request from its standard input, writes the courses to its output, and ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.assistant.errors import NoForecast
from engine.contracts.deathwatch import launcher_prefix
from engine.query.process import worker_env

TIMEOUT_S: Final = 60.0
"""Two to three seconds are usual."""
_CHECKOUT = Path(__file__).resolve().parents[3]


def courses(
    values: NDArray[np.float64], steps: int, repetitions: int, seed: int
) -> NDArray[np.float64]:
    """Simulated courses (steps, repetitions) of a series (n,), by a child; takes seconds.

    Raises:
        NoForecast: the child failed or took too long.
    """
    asked = {"values": values.tolist(), "steps": steps, "repetitions": repetitions, "seed": seed}
    command = [*launcher_prefix(), sys.executable, "-m", "engine.assistant.analysis.courses"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            env=worker_env(),
            cwd=_CHECKOUT,
            timeout=TIMEOUT_S,
            check=True,
        )
        drawn = np.frombuffer(done.stdout, dtype=np.float64).reshape(steps, repetitions)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip()
        reason = said.splitlines()[-1] if said else str(error)
        raise NoForecast(
            f"The forecast could not be computed: {reason[:300]}.",
            "Ask again; where it stays so, ask for the figures themselves.",
        ) from error
    return drawn


def simulate(
    values: NDArray[np.float64], steps: int, repetitions: int, seed: int
) -> NDArray[np.float64]:
    """The same here, by exponential smoothing; with a damped trend where that explains more."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    # The model is fitted to numbers near one: money in millions upsets its optimiser.
    scale = float(np.abs(values).mean()) or 1.0
    known = pd.Series(values / scale)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that has not converged: its band says so
        level = ETSModel(known, error="add").fit(disp=False, maxiter=200)
        trend = ETSModel(known, error="add", trend="add", damped_trend=True)
        trended = trend.fit(disp=False, maxiter=200)
        fitted = trended if trended.aicc < level.aicc else level
        drawn = fitted.simulate(steps, anchor="end", repetitions=repetitions, rng=seed)
    return np.asarray(drawn, dtype=np.float64) * scale


def main() -> None:
    """One request, one answer."""
    asked = json.load(sys.stdin)
    values = np.array(asked["values"], dtype=np.float64)
    drawn = simulate(values, asked["steps"], asked["repetitions"], asked["seed"])
    sys.stdout.buffer.write(drawn.tobytes())


if __name__ == "__main__":
    main()
