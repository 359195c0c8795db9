"""A run sent as DIS packets at the pace of a clock: to this machine alone unless another address is given."""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from typing import Final

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import InteropError
from openiads.interop.dis.codec import Pdu, encode
from openiads.interop.dis.files import PORT

LOOPBACK: Final = "127.0.0.1"
TIME_TO_LIVE: Final = 1
"""Packets do not leave the local network."""


def replay(
    pdus: Iterable[tuple[int, Pdu]],
    *,
    rate: float,
    host: str = LOOPBACK,
    port: int = PORT,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Send PDUs over UDP, `rate` seconds of the scenario in each second, and return how many were sent.

    Parameters
    ----------
    pdus : iterable of (int, Pdu)
        With their instants in nanoseconds, in order.
    rate : float
        1: in real time. Above 0.
    host, port : str, int
        Where to; an IP address. The time-to-live is always 1.
    sleep, clock : callable
        For tests.

    Raises
    ------
    InteropError
        The rate, address or port is none.
    """
    if not rate > 0:
        raise InteropError(f"rate = {rate:g} is not above 0; 1 is real time")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise InteropError(f"{host!r} is no IP address. Leave it out to send to this machine alone.") from None
    if not 0 < port < 65_536:
        raise InteropError(f"port {port} is none; 1 to 65535")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sent, first, began = 0, 0, clock()
    with socket.socket(family, socket.SOCK_DGRAM) as channel:
        if address.version == 4:
            channel.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TIME_TO_LIVE)
            channel.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TIME_TO_LIVE)
        else:
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, TIME_TO_LIVE)
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, TIME_TO_LIVE)
        for at_ns, pdu in pdus:
            first = first if sent else at_ns
            wait = (at_ns - first) / NANOSECONDS_PER_SECOND / rate - (clock() - began)
            if wait > 0:
                sleep(wait)
            try:
                channel.sendto(encode(pdu), (host, port))
            except OSError as error:
                raise InteropError(f"cannot send to {host}:{port}: {error.strerror or error}") from error
            sent += 1
    return sent
