"""Which hosts are this machine: to them alone anything may go unencrypted."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether that host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
