"""The options of `ttcs fleet`; `ttcs.fleet` does what they ask, and is loaded when it is called."""

from pathlib import Path
from typing import Annotated

import typer


def fleet(
    scenario: Annotated[
        str,
        typer.Option(
            metavar="SCENARIO",
            help="Tệp kịch bản, hoặc tên: thiết bị nào, ở đâu. / Whose devices they are.",
        ),
    ],
    server: Annotated[
        str, typer.Option(metavar="URL", help="Hệ thống nguồn. / The source system's HTTP address.")
    ] = "http://127.0.0.1:8080",
    broker: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="mqtt://… hay mqtts://… (mặc định: máy của --server, cổng 1883). / The broker "
            "(default: the server's host, port 1883).",
        ),
    ] = None,
    devices: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=20_000,
            help="Bao nhiêu thiết bị (mặc định: cả kịch bản). / How many devices (default: all of "
            "the scenario).",
        ),
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(
            help="Tài khoản quản trị để đăng ký thiết bị; mật khẩu trong TTCS_PASSWORD hay "
            "--password-file. / The administrator who registers the devices; the password is in "
            "TTCS_PASSWORD or a file.",
        ),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tệp mật khẩu. / File with the password.")
    ] = None,
    credentials: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Giữ mật khẩu thiết bị ở đây cho lần sau. / Keeps the devices' secrets for the "
            "next run.",
        ),
    ] = None,
    allow_target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Cho phép kết nối tới máy này, ngoài máy đang chạy. / A host beyond this machine "
            "that may be contacted.",
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Chứng thư gốc của mqtts://. / What mqtts:// trusts."),
    ] = None,
    server_key: Annotated[
        Path | None,
        typer.Option(
            metavar="PEM",
            help="Khóa công khai của hệ thống nguồn (command-key.pub.pem): lệnh không có chữ ký "
            "đúng bị từ chối. / The source system's public key: commands that it has not signed "
            "are refused.",
        ),
    ] = None,
    dialect: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="Thiết bị nói thế nào: reference, shared-http, linux-speaker, mcu-speaker, hoặc "
            "tệp Python của bạn, sẽ được CHẠY. / How devices speak: one of these, or your own "
            "Python file, which is RUN.",
        ),
    ] = "reference",
    vendor_server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Máy chủ thật của hãng, với --broker là MQTT của hãng; nếu không nêu: một máy chủ "
            "mô phỏng. / The maker's real server, with --broker as its broker; otherwise an "
            "emulated one is started where the dialect needs one.",
        ),
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ghi lại lời của thiết bị đầu tiên (JSONL). / Record what the first device says "
            "and hears (JSON lines).",
        ),
    ] = None,
    instrumented: Annotated[
        int,
        typer.Option(min=0, help="Bao nhiêu thiết bị giải mã âm thanh. / How many decode sounds."),
    ] = 3,
    processes: Annotated[
        int,
        typer.Option(
            min=1,
            max=16,
            help="Chia thiết bị cho bao nhiêu tiến trình. / How many processes share the devices.",
        ),
    ] = 1,
    lasting: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="DURATION", help="Chạy bao lâu, như 10m. / How long (until Ctrl-C)."
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Ghi sự kiện, mỗi dòng một JSON. / Events, JSON lines."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")] = False,
) -> None:
    """Chạy thiết bị mô phỏng qua mạng thật. / Run emulated devices over real sockets.

    Ends with 0 when told to stop, 2 where it cannot start as asked, 4 where none ever connected.
    """
    from ttcs import fleet as command

    asked = command.Asked(
        scenario,
        server,
        broker,
        devices,
        login,
        password_file,
        credentials,
        frozenset(allow_target or ()),
        ca,
        server_key,
        dialect,
        vendor_server,
        transcript,
        instrumented,
        processes,
        lasting,
        log,
        json,
    )
    raise typer.Exit(command.fleet(asked))
