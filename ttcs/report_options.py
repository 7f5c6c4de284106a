"""What may be said to `ttcs compare` and `report`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")]
Language = Annotated[Literal["vi", "en"], typer.Option(help="Ngôn ngữ. / The language.")]
Tender = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Yêu cầu mời thầu; gợi ý điều khoản được viết cạnh đó để duyệt. / A tender's "
        "requirements; suggested clauses are written beside it, to be reviewed.",
    ),
]
Trust = Annotated[
    list[Path] | None,
    typer.Option(metavar="KEY", help="Khóa công khai được tin cậy. / A key that is trusted."),
]


def compare(
    bundles: Annotated[
        list[Path],
        typer.Argument(
            metavar="BUNDLE...",
            help="Hai lần chạy, trước rồi sau; 2 đến 6 gói thử. / Two runs, the older first; 2 to "
            "6 certifications.",
        ),
    ],
    form: Annotated[
        Literal["table", "json", "html", "pdf"],
        typer.Option("--format", help="Dạng kết quả. / How it is told."),
    ] = "table",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Ghi vào tệp. / Write it to a file."),
    ] = None,
    lang: Language = "vi",
    tender: Tender = None,
    trust: Trust = None,
    suite: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="OLD NEW",
            help="Gói thử nào đổi kết luận giữa hai bộ quy tắc: now, một gói, thư mục hoặc tệp "
            "điều khoản. / Which certifications change verdict between two suites: now, a bundle, "
            "a folder or file of clauses.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """So sánh các lần chạy, các gói thử. / Compare runs, or certifications.

    Ends with 0 where they are the same, 1 where they differ, 2 for bad input. With --suite: 0
    where no verdict changes, 1 where one does.
    """
    from ttcs import compare as command

    told = "json" if json else form
    asked = command.Asked(bundles, told, out, lang, tender, trust or (), suite)
    raise typer.Exit(command.compare(asked))


def report(
    bundle: Annotated[
        Path,
        typer.Argument(
            metavar="BUNDLE",
            help="Thư mục kết quả. / The folder of a run or a plan; the folder or .zip of a "
            "certification.",
        ),
    ],
    form: Annotated[
        Literal["html", "pdf", "csv", "junit", "json"],
        typer.Option(
            "--format",
            help="Dạng báo cáo; csv: của kế hoạch, hoặc với --tender. / How it is told; csv: of a "
            "plan, or with --tender.",
        ),
    ] = "html",
    lang: Language = "vi",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ghi vào tệp (html, pdf: mặc định <tên>.html, <tên>.pdf ở đây; csv của kế hoạch: "
            "vào thư mục). / Write it to a file (html, pdf: default <name>.html, <name>.pdf here; "
            "csv of a plan: into a folder).",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Ghi thêm hình tĩnh (PNG) vào thư mục này. / Also put the static pictures (PNG) "
            "into this folder.",
        ),
    ] = None,
    tender: Tender = None,
    trust: Trust = None,
) -> None:
    """Lập báo cáo của một lần chạy, lần thử, kế hoạch. / Report what was run, tried or planned.

    Ends with 0 once written, whatever the verdict, 2 for bad input. With --tender: 1 for a bundle
    that gives no verdicts, as it was changed or cannot be judged.
    """
    if tender is not None or trust:
        from ttcs import report_tender

        asked = report_tender.Asked(bundle, tender, form, out, pictures, trust or (), lang)
        raise typer.Exit(report_tender.report(asked))
    from ttcs import report as command

    raise typer.Exit(command.report(bundle, form, out, pictures, lang))
