"""The files that CIFAR-10 and CIFAR-100 are published in, with the published checksums.

Alex Krizhevsky: "Learning Multiple Layers of Features from Tiny Images", technical report, University
of Toronto, 2009; https://www.cs.toronto.edu/~kriz/cifar.html. The SHA-256 sums of the python archives
are the ones that Keras compares with, the MD5 sums of the archives stand on the page above.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORIGIN = "https://www.cs.toronto.edu/~kriz/"
TITLES = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Layout:
    """One form in which a data set is published: a folder of files, and an archive of that folder.

    `archive_hash`: SHA-256 or, where only that is published, MD5. `digests`: MD5 of each file, where
    known. `keras_name`: what Keras calls its copy, or "". `origin`: the address of the archive.
    """

    words: str
    folder: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    archive: str
    archive_bytes: int
    archive_hash: str
    keras_name: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    origin: str = ORIGIN

    @property
    def folders(self) -> tuple[str, ...]:
        """Where the files may lie below a folder: as published, or as Keras unpacks them."""
        return (self.folder, f"{self.keras_name}-target/{self.folder}") if self.keras_name else (self.folder,)

    @property
    def archives(self) -> tuple[str, ...]:
        """What the archive may be called: as published, or as Keras 3 and older ones keep it."""
        keras = (f"{self.keras_name}-target_archive", f"{self.keras_name}.tar.gz")
        return (self.archive, *keras) if self.keras_name else (self.archive,)


CIFAR10_PYTHON = Layout(
    words="python",
    folder="cifar-10-batches-py",
    train=tuple(f"data_batch_{i}" for i in range(1, 6)),
    test=("test_batch",),
    archive="cifar-10-python.tar.gz",
    archive_bytes=170_498_071,
    archive_hash="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    keras_name="cifar-10-batches-py",
    digests={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    },
)
CIFAR10_BINARY = Layout(
    words="binary",
    folder="cifar-10-batches-bin",
    train=tuple(f"data_batch_{i}.bin" for i in range(1, 6)),
    test=("test_batch.bin",),
    archive="cifar-10-binary.tar.gz",
    archive_bytes=170_052_171,
    archive_hash="c32a1d4ab5d03f1284b67883e8d87530",
    digests={
        "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
    },
)
CIFAR100_PYTHON = Layout(
    words="python",
    folder="cifar-100-python",
    train=("train",),
    test=("test",),
    archive="cifar-100-python.tar.gz",
    archive_bytes=169_001_437,
    archive_hash="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    keras_name="cifar-100-python",
    digests={
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
    },
)
CIFAR100_BINARY = Layout(
    words="binary",
    folder="cifar-100-binary",
    train=("train.bin",),
    test=("test.bin",),
    archive="cifar-100-binary.tar.gz",
    archive_bytes=168_513_733,
    archive_hash="03b5dce01913d631647c71ecec9e9cb8",
)
LAYOUTS = {"cifar10": (CIFAR10_PYTHON, CIFAR10_BINARY), "cifar100": (CIFAR100_PYTHON, CIFAR100_BINARY)}
