# expect: zero|crash; points: 0
# makes namespaces and mounts
import ctypes
import os

libc = ctypes.CDLL(None)
libc.unshare(0x10000000 | 0x20000)
libc.mount(b'none', b'/box', b'tmpfs', 0, None)
libc.chroot(b'/')

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
