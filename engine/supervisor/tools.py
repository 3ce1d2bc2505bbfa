"""Helper programs that a provider runs before its service (formatting, dumping archives)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from engine.platform import Platform
from engine.providers.base import RunTool, ToolResult
from engine.providers.environment import child_env
from engine.supervisor.logs import read_lines


def tool_runner(platform: Platform) -> RunTool:
    """Runs a program to its end; it is killed with its group when the caller is cancelled."""

    async def run(argv: Sequence[str], cwd: Path) -> ToolResult:
        child = await platform.spawn(argv, env=child_env(), cwd=cwd, merge_output=True)
        try:
            lines = [line async for line in read_lines(child.stdout)]
            return ToolResult(await child.wait(), "\n".join(lines))
        finally:
            platform.kill_group(child.pid)
            await asyncio.shield(child.wait())
            child.close()

    return run
