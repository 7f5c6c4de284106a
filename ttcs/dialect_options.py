"""The commands `ttcs dialect …`; `ttcs.dialect` does what they ask, and is loaded when called."""

from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    help="Cách nói của thiết bị. / How devices speak: reference, shared-http, linux-speaker, "
    "mcu-speaker, or a Python file.",
)


@app.callback()
def dialect() -> None:
    """Cách nói của thiết bị. / How devices speak: reference, shared-http, linux-speaker,
    mcu-speaker, or a Python file.
    """


@app.command("test")
def held_against(
    dialect: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="Tên, hoặc tệp Python có biến DIALECT. Tệp này được CHẠY như mọi chương trình: "
            "chỉ dùng tệp mà bạn tin. / A name, or a Python file with the variable DIALECT. It is "
            "RUN as any program is: only use one that you trust.",
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")] = False,
) -> None:
    """Đối chiếu với các bản ghi ở transcripts/<tên tệp>/. / Hold a dialect against the transcripts
    beside it and the contract, line by line.

    Ends with 0 as recorded, 1 not as recorded, 2 bad input, 3 where there is no transcript.
    """
    from ttcs import dialect as command

    raise typer.Exit(command.held_against(dialect, as_json=json))
