"""Reads a picture from standard input, and writes it with only as many colours as our pages have."""

import io
import sys

from PIL import Image

picture = Image.open(sys.stdin.buffer).convert("RGB")
small = io.BytesIO()
picture.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
sys.stdout.buffer.write(small.getvalue())
