"""The processes that label a season: started here, or those of a dask cluster that runs already."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from lib.core.errors import InputError
from lib.core.messages import brief, counted
from lib.tools.season import tasks

if TYPE_CHECKING:
    from distributed import Client

DEATHS = 2  # of workers on one clip that are excused: at the next one the clip has failed
# A terminal sends Ctrl-C to all of its processes: workers leave it to the client, which ends them.
_LEAVE_CTRL_C = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
# Dask has workers give free memory back to the system at once, and ask for it again with each frame: a tenth of the time.
_TRIM = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"
_PATIENCE = 60  # seconds to wait for a scheduler, and for its first worker


def check_installed() -> None:
    """Raises InputError when dask.distributed is not installed."""
    if find_spec("distributed") is None:
        raise InputError(
            "--workers and --cluster need the packages dask and distributed: install the extra season with "
            '`python -m pip install -e ".[season]"` in the project\'s folder.'
        )


@contextmanager
def connected(workers: int | None, address: str | None) -> "Iterator[Client]":
    """Start so many workers on this machine, or find the cluster at an address; give dask's client for them.

    Raises InputError when there is no such cluster, or no worker in it.
    """
    import dask
    from distributed import Client, LocalCluster

    for name in ("distributed", "distributed.client", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is reported in sentences
    if address:
        try:
            client = Client(address, timeout=_PATIENCE)
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError) as error:
            raise InputError(
                f"There is no cluster with a worker at {address} ({brief(str(error)) or type(error).__name__}): give the "
                "address that `dask scheduler` prints, such as tcp://192.168.1.20:8786, and start a worker."
            ) from error
        with client:
            yield client
        return
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": DEATHS, _TRIM: None}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=0, silence_logs=logging.CRITICAL,
            dashboard_address="127.0.0.1:0", preload=[_LEAVE_CTRL_C],
        ) as local,
        Client(local) as client,
    ):  # fmt: skip
        yield client


def threads_of_hosts(client: "Client", model: Path, facts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, int], ...]:
    """Compare all workers with this machine; give the threads that a worker has on each host: its cores by its workers.

    Raises InputError, in one sentence, when one differs in its packages, the course's code, the classifier or the
    number of its threads.
    """
    for address, there in client.run(tasks.facts, model, on_error="return").items():
        if isinstance(there, Exception):
            raise InputError(
                f"The worker {address} cannot run the course ({type(there).__name__}: {brief(str(there))}): start it in the "
                "project's folder, with the same environment."
            )
        if differs := tasks.difference(facts, there):
            raise InputError(
                f"The worker {address} differs from this machine ({differs}): give all machines the same project, "
                "packages and classifier, at the same path, and start it again."
            )
    several = [address for address, threads in client.nthreads().items() if threads != 1]
    if several:
        raise InputError(f"The worker {several[0]} runs several tasks at once: start workers with --nthreads 1.")
    cores = client.run(tasks.cores)
    workers = Counter(_host(address) for address in cores)
    return tuple(sorted({(_host(address), max(1, cores[address] // workers[_host(address)])) for address in cores}))


def _host(address: str) -> str:
    return urlparse(address).hostname or ""


def describe(client: "Client", threads: tuple[tuple[str, int], ...]) -> str:
    """Give one line about the cluster for the user, with the dashboard's address where there is one."""
    line = f"{counted(len(client.nthreads()), 'worker')} on {counted(len(threads), 'host')}"
    try:
        client.run_on_scheduler(version, "bokeh")
    except PackageNotFoundError:
        return line
    return f"{line}; dashboard: {client.dashboard_link}"


def restart(client: "Client", address: str) -> bool:
    """Restart a worker that has nothing to do; say whether it has a process beside it (a nanny) that can do so."""
    if not client.scheduler_info(n_workers=-1)["workers"].get(address, {}).get("nanny"):
        return False
    client.restart_workers([address], raise_for_error=False)
    return True
