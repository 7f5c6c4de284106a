"""What may be said to `ttcs certify`, `verify`, `keys` and `clauses`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")]
OwnClauses = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Điều khoản của bạn, đặt lên trên sổ điều khoản. / Your own clauses, laid over the "
        "ledger.",
    ),
]
Profile = Literal["ip-speaker", "fm-converter", "e-board", "station-software"]

keys = typer.Typer(
    help="Khóa ký phiếu kết quả. / Keys that sign bundles.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def certify(
    role: Annotated[
        Literal["device", "source-system"], typer.Option(help="Thử cái gì. / What is tested.")
    ] = "device",
    profile: Annotated[
        Profile | None,
        typer.Option(
            help="Loại thiết bị; station-software: thử nghiệm, không kết luận chung. / The kind of "
            "device; station-software: experimental, no verdict over all.",
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Thử một thiết bị mô phỏng, không cần phần cứng; không đo độ trễ. / An emulated "
            "device, no hardware; latencies are not measured.",
        ),
    ] = False,
    capabilities: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Bản khai khả năng. / The capability declaration."),
    ] = None,
    bench: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bàn thử. / The bench.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Hệ thống thông tin nguồn được thử. / The source system."
        ),
    ] = None,
    fleet: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Số thiết bị mô phỏng quanh hệ thống nguồn (100). / Emulated devices around the "
            "source system (100).",
        ),
    ] = None,
    allow_target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Cho phép bàn thử dùng địa chỉ này, ngoài máy đang chạy. / An address beyond this "
            "machine that the bench may use.",
        ),
    ] = None,
    clauses: OwnClauses = None,
    waivers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Miễn trừ có hạn. / Failures accepted for a while."),
    ] = None,
    readings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Số đọc, phiếu phòng thử nghiệm, xem xét, khai báo. / Readings of instruments, "
            "laboratory reports, inspections, declarations.",
        ),
    ] = None,
    challenge: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Chuỗi do người yêu cầu thử đặt ra. / What whoever asked for the test made up.",
        ),
    ] = None,
    run_by: Annotated[
        Literal["vendor", "witnessed", "province"],
        typer.Option(help="Ai thử. / Who runs it."),
    ] = "vendor",
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Khóa riêng để ký; nếu không nêu: khóa dùng một lần. / The private key that "
            "signs; otherwise one that is thrown away.",
        ),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Chỉ thử các ca này: không bao giờ kết luận đạt. / These cases alone: never "
            "conformant.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Thư mục mới cho gói kết quả. / A new folder."),
    ] = None,
    replay: Annotated[
        tuple[Path, str] | None,
        typer.Option(
            metavar="BUNDLE CASE",
            help="Thử lại một ca của gói. / Try one case of a bundle again.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Thử thiết bị hoặc hệ thống nguồn theo sổ điều khoản. / Test a device, or a source system.

    Ends with 0 where it is conformant, 1 where not, 3 where that stays open, 4 for a harness error,
    2 for bad input. --replay ends with 0 where the case sees the same, 1 where not.
    """
    from ttcs import certify as command

    if replay is not None:
        raise typer.Exit(command.replay(*replay, as_json=json))
    asked = command.Asked(
        role,
        profile,
        demo,
        capabilities,
        bench,
        target,
        fleet,
        tuple(allow_target or ()),
        clauses,
        waivers,
        readings,
        challenge,
        run_by,
        key,
        tuple(case) if case else None,
        out,
        json,
    )
    raise typer.Exit(command.certify(asked))


def verify(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="Thư mục hoặc .zip. / A folder or a .zip.")
    ],
    trust: Annotated[
        list[Path] | None,
        typer.Option(metavar="KEY", help="Khóa công khai được tin cậy. / A key that is trusted."),
    ] = None,
    challenge: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Thách thức phải có. / The challenge it must have."),
    ] = None,
    json: Json = False,
) -> None:
    """Kiểm tra một gói kết quả, không cần mạng. / Verify a bundle, offline.

    Ends with 0 where it is unchanged, of a trusted signer, and judged again as it states, whatever
    the verdict; 1 where it was changed or states another verdict; 3 where it cannot be relied on:
    the bundle of a run or a plan never can, as nobody signs it.
    """
    from ttcs import verify as command

    raise typer.Exit(command.verify(bundle, trust or (), challenge, as_json=json))


@keys.callback()
def _keys() -> None:
    """Khóa ký phiếu kết quả. / Keys that sign bundles."""


@keys.command()
def new(
    name: Annotated[
        Path,
        typer.Argument(metavar="NAME", help="Viết NAME.key.pem, NAME.pub.pem. / Both files."),
    ] = Path("ttcs"),
    json: Json = False,
) -> None:
    """Tạo một cặp khóa Ed25519. / Make a pair of keys. Nothing is overwritten."""
    from ttcs import keys as command

    raise typer.Exit(command.new(name, as_json=json))


def clauses(
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage",
            help="Ca thử và đột biến của mỗi điều khoản. / Cases and mutants of each clause.",
        ),
    ] = False,
    clauses: OwnClauses = None,
    json: Json = False,
) -> None:
    """In sổ điều khoản. / Print the ledger, the law apart from the profile."""
    from ttcs import clauses as command

    raise typer.Exit(command.clauses(clauses, coverage=coverage, as_json=json))
