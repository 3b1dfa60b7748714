"""Which files are photographs: by their suffixes in a folder, by their first bytes once they are opened."""

from collections.abc import Iterable

SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".heic", ".heif", ".hif", ".avif"),
    }
)
"""The files in a folder that are taken for photographs and read."""

_RAW = "a camera's raw data, which a raw converter has to develop first; export it as JPEG, PNG or TIFF"
_OTHER = "{} is not read; export it as JPEG, PNG or TIFF"
_RAW_SUFFIXES = (
    *(
        ".3fr",
        ".arw",
        ".cr2",
        ".cr3",
        ".crw",
        ".dcr",
        ".dng",
        ".erf",
        ".fff",
        ".gpr",
        ".iiq",
        ".kdc",
        ".mef",
        ".mos",
        ".mrw",
    ),
    *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
UNREADABLE = {
    **dict.fromkeys(_RAW_SUFFIXES, _RAW),
    **dict.fromkeys((".jp2", ".j2k", ".jpf", ".jpx"), _OTHER.format("JPEG 2000")),
    ".jxl": _OTHER.format("JPEG XL"),
}
"""The files in a folder that are photographs but cannot be read: by suffix, why and what to do."""

READ = "JPEG, PNG, WebP, TIFF, BMP, PNM, GIF, AVIF and HEIC are read"

_STARTS = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "PPM": tuple(b"P%d%c" % (number, blank) for number in range(1, 7) for blank in b" \t\n\r#"),
}
_RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def kind_of(head: bytes) -> str:
    """Name what a file holds; empty where it is none of the kinds that are known.

    Parameters
    ----------
    head
        Its first bytes, 256 or more where it has them.

    Returns
    -------
    Pillow's name of the format, or ``RAW``.
    """
    if head.startswith(_RAW_STARTS) or (head.startswith((b"II*\0", b"MM\0*")) and head[8:10] == b"CR"):
        return "RAW"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _boxes({head[8:12], *_compatible(head)})
    return next((kind for kind, starts in _STARTS.items() if head.startswith(starts)), "")


def _compatible(head: bytes) -> Iterable[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return (head[start : start + 4] for start in range(16, end, 4))


def _boxes(brands: set[bytes]) -> str:
    if b"crx " in brands:
        return "RAW"
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIF" if brands & _HEIF else ""
