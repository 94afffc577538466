"""Time what the tokens and ballots of staff polls stand on: signing, checking, sealing.

    python -m bench.token_issuing

Signatures are made from one thread, from two threads of one process and from two processes, because
a server has the three. Beside the rate by the clock, the processor time of one act: it says what a
busy machine would do if left alone. No database: what a request adds is measured with the room.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from parvis.foundation.blind_signatures import BlindSigner, new_private_key, verify
from parvis.foundation.sealed_box import new_box, open_sealed, seal
from parvis.foundation.tests.blind_client import BlindClient

SECONDS = 5.0
PROMISED_SIGNATURES = 300
BALLOT = b"an answer to each of fifty cards, and a comment" * 20
POLL = b"poll:1"


def repeat(act: Callable[[], object], seconds: float = SECONDS) -> int:
    """How many times the act was done in this time."""
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        act()
        done += 1
    return done


def report(name: str, act: Callable[[], object]) -> float:
    act()
    started, used = time.perf_counter(), time.process_time()
    done = repeat(act)
    spent, used = time.perf_counter() - started, time.process_time() - used
    rate = done / spent
    print(f"{name:<28} {rate:9,.0f}/s   {used / done * 1000:6.2f} ms of processor each")
    return rate


def sign_until(private_key: bytes, blinded: bytes) -> int:
    signer = BlindSigner(private_key)
    return repeat(lambda: signer.sign(blinded))


def on_two_threads(signer: BlindSigner, blinded: bytes) -> float:
    done: list[int] = []

    def work() -> None:
        done.append(repeat(lambda: signer.sign(blinded)))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def on_two_processes(private_key: bytes, blinded: bytes) -> float:
    with ProcessPoolExecutor(2) as pool:
        work = [pool.submit(sign_until, private_key, blinded) for _ in range(2)]
        return sum(one.result() for one in work) / SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--postgresql", default="", help="not used: nothing here is stored")
    parser.parse_args()
    private_key = new_private_key()
    signer = BlindSigner(private_key)
    client = BlindClient(signer.public_key)
    kept = client.prepare(secrets.token_bytes(32))
    signature = client.finalize(kept, signer.sign(kept.blinded))
    private_box, public_box = new_box()
    sealed = seal(public_box, BALLOT, associated=POLL)

    report("blind signature", lambda: signer.sign(kept.blinded))
    print(f"{'… two threads':<28} {on_two_threads(signer, kept.blinded):9,.0f}/s")
    best = on_two_processes(private_key, kept.blinded)
    print(f"{'… two processes':<28} {best:9,.0f}/s   (promised: {PROMISED_SIGNATURES})")
    report("signature checked", lambda: verify(signer.public_key, kept.message, signature))
    report("ballot sealed (1 KiB)", lambda: seal(public_box, BALLOT, associated=POLL))
    report("ballot opened (1 KiB)", lambda: open_sealed(private_box, sealed, associated=POLL))
    for name, act in (
        ("key drawn", new_private_key),
        ("key read", lambda: BlindSigner(private_key)),
    ):
        report(name, act)
    return 0


if __name__ == "__main__":
    sys.exit(main())
