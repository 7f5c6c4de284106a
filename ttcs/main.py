"""The command `ttcs`: what a user may ask, and how an answer ends.

Every command says in its own module what it does; they are loaded when they are called.
"""

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from ttcs.certify_options import certify, clauses, keys, verify
from ttcs.dialect_options import app as dialect_app
from ttcs.fleet_options import fleet
from ttcs.mutants_options import mutants
from ttcs.plan_options import plan
from ttcs.report_options import compare, report
from ttcs.run_options import run

CONFORMANT, NOT_CONFORMANT, BAD_INPUT, INCONCLUSIVE, HARNESS_ERROR, INTERRUPTED = 0, 1, 2, 3, 4, 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Mô phỏng và thử nghiệm hệ thống thông tin cơ sở. / Simulates and tests Vietnam's "
    "grassroots information network.",
)

Json = Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")]
Scenarios = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO",
        help="Tệp kịch bản hoặc kế hoạch, hoặc tên một tệp có sẵn. / Scenario or plan files, or "
        "names of shipped ones.",
    ),
]


@app.callback(invoke_without_command=True)
def ttcs(
    version: Annotated[
        bool, typer.Option("--version", help="In phiên bản. / Print the version.")
    ] = False,
) -> None:
    """Mô phỏng và thử nghiệm hệ thống thông tin cơ sở. / Simulates and tests Vietnam's grassroots
    information network.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"ttcs-hil {installed('ttcs-hil')}")
        raise typer.Exit


@app.command()
def check(scenarios: Scenarios, json: Json = False) -> None:
    """Kiểm tra tệp kịch bản: liệt kê mọi lỗi. / Check scenario files: list every error.

    Ends with 0 when there is no error, with 2 otherwise.
    """
    from ttcs import check as command

    raise typer.Exit(command.check(scenarios, as_json=json))


app.command()(run)
app.command()(plan)
app.command()(compare)
app.command()(report)


@app.command()
def serve(
    data_dir: Annotated[
        Path, typer.Option(metavar="DIR", help="Thư mục dữ liệu. / Where everything is kept.")
    ] = Path("ttcs-server"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng HTTP. / HTTP port.")] = 8080,
    host: Annotated[
        str,
        typer.Option(
            help="Địa chỉ lắng nghe của HTTP và MQTT. / The address that HTTP and MQTT listen on."
        ),
    ] = "127.0.0.1",
    place: Annotated[
        str,
        typer.Option(
            metavar="LEVEL:CODE",
            help="Của đơn vị nào, ở lần chạy đầu. / Whose system it is: central:VN, province:CODE.",
        ),
    ] = "province:52",
    era: Annotated[
        str, typer.Option(help="Danh mục địa bàn: 2022, 2025-06, 2025-07. / Era of all codes.")
    ] = "2022",
    source_id: Annotated[
        str | None, typer.Option(metavar="NguonID", help="Mã nguồn. / The system's NguonID.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="postgresql://… thay cho SQLite trong DIR. / Instead of SQLite in DIR.",
        ),
    ] = None,
    broker: Annotated[
        str,
        typer.Option(
            metavar="mosquitto|embedded|URL",
            help="Máy chủ MQTT: auto là mosquitto nếu có, nếu không thì kèm sẵn; hoặc mqtts://… "
            "với mật khẩu trong TTCS_BROKER_PASSWORD hay tệp. / The broker: auto is mosquitto "
            "where there is one, else embedded; or mqtts://… with its password in "
            "TTCS_BROKER_PASSWORD or a file.",
        ),
    ] = "auto",
    broker_password: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Tệp mật khẩu. / File with the broker's password."),
    ] = None,
    broker_ca: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Chứng thư gốc của mqtts://. / What mqtts:// trusts."),
    ] = None,
    mqtt_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Cổng MQTT. / MQTT port.")
    ] = 1883,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Địa chỉ thiết bị tải âm thanh. / Where devices fetch sounds."
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Chứng thư TLS của HTTP và MQTT. / TLS certificate."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Khóa của chứng thư. / Its key.")
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Chứng thư gốc cho thiết bị. / What devices trust."),
    ] = None,
    commune_may_stop_emergency: Annotated[
        bool,
        typer.Option(
            "--commune-may-stop-emergency",
            help="Xã được dừng tin khẩn cấp của cấp trên, tại xã. / A commune may stop an "
            "emergency from above, at home.",
        ),
    ] = False,
    sign_commands: Annotated[
        bool, typer.Option("--sign-commands", help="Ký lệnh (Ed25519). / Sign commands.")
    ] = False,
    permitted_hours: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM-HH:MM",
            help="Khung giờ được phát thanh, trừ khẩn cấp; nếu không nêu: 04:30-22:00. / When "
            "sound that is no emergency is permitted; 04:30-22:00 if nobody says.",
        ),
    ] = None,
) -> None:
    """Chạy hệ thống thông tin nguồn mẫu. / Serve the reference source system.

    Ends with 0 when told to stop, 2 where it cannot start as asked.
    """
    from reference_system.options import Options
    from ttcs import serve as command

    asked = Options(
        data_dir,
        host,
        port,
        place,
        era,
        source_id,
        database,
        broker,
        mqtt_port,
        broker_ca,
        broker_password,
        public_url,
        certificate,
        key,
        ca,
        commune_may_stop_emergency,
        sign_commands,
        permitted_hours,
    )
    raise typer.Exit(command.serve(asked))


app.command()(fleet)
app.command()(certify)
app.command()(verify)
app.command()(clauses)
app.command()(mutants)
app.add_typer(keys, name="keys")
app.add_typer(dialect_app, name="dialect")


@app.command()
def playout(
    case: Annotated[Path, typer.Argument(metavar="CASE.json", help="Tệp JSON. / A JSON file.")],
    engine: Annotated[
        Literal["numpy", "compiled", "simpy"],
        typer.Option(help="Lõi mô phỏng. / Which engine."),
    ] = "numpy",
) -> None:
    """Phát một trường hợp và in các đoạn phát. / Play a case and print its segments as JSON."""
    from ttcs import playout as command

    raise typer.Exit(command.playout(case, engine))


def entry() -> None:
    """The console script: no traceback for a user's mistake, 130 when interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every terminal has Vietnamese letters, and not every file name is text.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="ttcs", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
