"""Photos that people add: only what decodes as a picture is kept, and only that.

A file is judged by its content, never by its name. What is stored is drawn anew from
the pixels, so that no script, no hidden file and no place or device name survives.
"""

import binascii
import io

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1920
FORMATS = ("JPEG", "PNG")


def clean_photo(encoded: str) -> bytes:
    """Return the picture of a base64 text as a plain JPEG file.

    Raises ``ValueError`` with the code of what is wrong: ``size``, ``kind``.
    """
    if not isinstance(encoded, str):
        raise ValueError("kind")
    if len(encoded) > MOST_BYTES * 4 // 3 + 4:
        raise ValueError("size")
    try:
        data = binascii.a2b_base64(encoded, strict_mode=True)
        # the formats named are the only decoders tried
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("size")
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except (
        binascii.Error,
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
    ) as exc:
        raise ValueError("kind") from exc
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # a new picture: nothing of the file but its pixels goes on
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    stored = io.BytesIO()
    plain.save(stored, "JPEG", quality=85)
    return stored.getvalue()
