"""Documents that the harness sends: a PDF of one page, made without any library."""

import unicodedata


def pdf(title: str) -> bytes:
    """A page with that title, in the letters that every PDF has: without accents."""
    plain = unicodedata.normalize("NFKD", title.replace("đ", "d")).encode("ascii", "ignore")
    shown = b"BT /F1 14 Tf 72 770 Td (%b) Tj ET" % plain.translate(None, b"()\\")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    file, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(parts) + 1, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(parts) + 1)
    return file + ends + trailer + b"startxref\n%d\n%%%%EOF\n" % len(file)
