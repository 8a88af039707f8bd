"""What a background tile's own bytes say that it is; nobody else's word for it is taken."""

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
MAX_TILE_BYTES = 2_000_000


def media_type(content: bytes) -> str | None:
    """PNG, JPEG or WebP by the first bytes; None for everything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in SIGNATURES.items() if content.startswith(signature)), None)
