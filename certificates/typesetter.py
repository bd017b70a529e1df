"""The child process that sets certificates: a program of its own, run by `certificates.documents`.

It gets one JSON line per certificate on its standard input and answers each with one line: `{"pdf": base64}` or
`{"problem": words}`. It knows no database, no settings and no secrets, and it cannot grow or run without end: what a
person wrote may be hostile, and the limits hold for whatever the typesetter makes of it.
"""

import base64
import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent / "templates" / "certificate.typ"
STANDARD = "ua-1"  # accessible PDF; a character that no font has is then an error, never a silent hole
MASK = 4  # a fixed mask: scoring all eight costs five times as much and changes nothing that a reader sees


def main(address_space: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst  # after the limits, so that they hold for it from its first byte

    compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(compiler, json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(compiler: Any, facts: dict[str, Any]) -> dict[str, str]:
    """Set one certificate; a refusal of the typesetter is an answer too."""
    inputs = {"facts": json.dumps(facts), "picture": picture(facts["verify_url"])}
    try:
        pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=STANDARD)
    except RuntimeError as error:
        return {"problem": str(error)}
    return {"pdf": base64.b64encode(pdf).decode()}


def picture(address: str) -> str:
    """Draw a QR code as SVG, dark on nothing, with its quiet zone."""
    import segno

    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=MASK).save(
        drawn, kind="svg", border=2, dark="#123524", light="#ffffff", xmldecl=False, svgns=True, nl=False
    )
    return drawn.getvalue().decode()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
