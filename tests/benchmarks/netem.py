"""A delayed, rate-limited link between two private network namespaces (userspace, needs root).

    netem.py --rtt 40 --mbit 10 [--up-mbit 10] [--name lab]

Makes namespaces NAME-c (client, 10.77.0.2) and NAME-s (server, 10.77.0.1), each with one TUN
interface; this process carries the IP packets between them: drop-tail queue (--queue-ms of
link time, at least 30 packets), serialisation at the link rate, then half the round trip.
The server address sits on the loopback interface of NAME-s, so nothing else can reach it.
Real kernel TCP and UDP run on top, so handshakes, slow start and loss behave as on a network.
Prints "ready"; SIGTERM or SIGINT removes everything; packet counts go to standard error.
"""

import argparse
import collections
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import time

SERVER, CLIENT = "10.77.0.1", "10.77.0.2"


def sh(text, check=True):
    subprocess.run(text.split(), check=check, stderr=None if check else subprocess.DEVNULL)


def tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22s", name.encode(), 0x1001, b""))
    return fd


class Pipe:
    """One direction: queue -> serialise -> propagate."""

    def __init__(self, src, dst, mbit, delay, queue_ms):
        self.src, self.dst, self.delay = src, dst, delay
        self.rate = mbit * 1e6 / 8 if mbit else None
        self.limit = queue_ms / 1e3
        self.free = 0.0  # when the link is idle again
        self.line = collections.deque()  # (deliver at, packet)
        self.sent = self.dropped = self.bytes = 0

    def take(self, now):
        while True:
            try:
                packet = os.read(self.src, 65536)
            except BlockingIOError:
                return
            start = max(now, self.free)
            if self.rate:
                cost = len(packet) / self.rate
                if start - now > max(self.limit, 30 * 1500 / self.rate):
                    self.dropped += 1
                    continue
                self.free = start + cost
                start = self.free
            self.line.append((start + self.delay, packet))

    def give(self, now):
        while self.line and self.line[0][0] <= now:
            packet = self.line.popleft()[1]
            try:
                os.write(self.dst, packet)
                self.sent += 1
                self.bytes += len(packet)
            except OSError:
                self.dropped += 1

    def due(self):
        return self.line[0][0] if self.line else None


def setup(name):
    fds = {}
    for end, address in (("s", SERVER), ("c", CLIENT)):
        space, dev = f"{name}-{end}", f"{name}{end}0"
        sh(f"ip netns del {space}", check=False)
        sh(f"ip netns add {space}")
        fds[end] = tun(dev)
        sh(f"ip link set {dev} netns {space}")
        run = f"ip netns exec {space} "
        sh(run + "ip link set lo up")
        sh(run + f"ip addr add {address}/32 dev {'lo' if end == 's' else dev}")
        sh(run + f"ip link set {dev} mtu 1500 txqueuelen 1000 up")
        other = CLIENT if end == "s" else SERVER
        sh(run + f"ip route add {other}/32 dev {dev} src {address}")
    return fds


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rtt", type=float, required=True, help="ms")
    p.add_argument("--mbit", type=float, default=0, help="server to client; 0 is unlimited")
    p.add_argument("--up-mbit", type=float, help="client to server; default the same")
    p.add_argument("--queue-ms", type=float, default=200)
    p.add_argument("--name", default="lab")
    args = p.parse_args()
    stop = []
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: stop.append(1))
    fds = setup(args.name)
    half = args.rtt / 2e3
    up = args.mbit if args.up_mbit is None else args.up_mbit
    down_pipe = Pipe(fds["s"], fds["c"], args.mbit, half, args.queue_ms)
    up_pipe = Pipe(fds["c"], fds["s"], up, half, args.queue_ms)
    pipes = {fds["s"]: down_pipe, fds["c"]: up_pipe}
    print("ready", flush=True)
    while not stop:
        now = time.monotonic()
        for pipe in pipes.values():
            pipe.give(now)
        due = [d for d in (q.due() for q in pipes.values()) if d is not None]
        wait = max(0.0, min(due) - time.monotonic()) if due else 0.5
        ready, _, _ = select.select(list(pipes), [], [], wait)
        now = time.monotonic()
        for fd in ready:
            pipes[fd].take(now)
    for label, pipe in (("down", down_pipe), ("up", up_pipe)):
        print(f"{label}: {pipe.sent} packets, {pipe.bytes} bytes, {pipe.dropped} dropped", file=sys.stderr)
    for end in "sc":
        os.close(fds[end])
        sh(f"ip netns del {args.name}-{end}", check=False)


if __name__ == "__main__":
    main()
