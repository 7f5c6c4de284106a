"""The options of `ttcs plan`; `ttcs.plan` does what they ask, and is loaded when it is called."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def plan(
    file: Annotated[
        str,
        typer.Argument(
            metavar="PLANFILE",
            help="Tệp kế hoạch triển khai, hoặc tên một kế hoạch có sẵn. / A rollout plan, or the "
            "name of a shipped one.",
        ),
    ],
    replications: Annotated[
        int,
        typer.Option(
            min=1,
            max=100_000,
            help="Số lần mô phỏng lặp. / How many replications.",
        ),
    ] = 1_000,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Chạy trên cụm Dask ở địa chỉ này. / Run on the Dask cluster at this address, "
            "such as tcp://127.0.0.1:8786.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help="Số tiến trình (mặc định: số lõi, khi đủ việc). / How many processes (default: as "
            "many as cores, where there is enough to do).",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=2**64 - 1, help="Thay số mầm của kế hoạch. / Replace the plan's seed."
        ),
    ] = None,
    base: Annotated[
        Literal["first-stock", "remaining"] | None,
        typer.Option(
            help="Tỷ lệ mỗi năm tính trên số đài ban đầu hay số đài còn lại. / What the yearly "
            "share is a share of, instead of what the plan says."
        ),
    ] = None,
    declared: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Số liệu khai báo cho các chỉ tiêu mà kế hoạch không cho thấy. / Declared "
            "figures, for targets that a plan does not show.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Thư mục kết quả (mặc định out/<tên>). / Folder of the results (default "
            "out/<name>).",
        ),
    ] = None,
    phases: Annotated[
        bool,
        typer.Option(
            help="Cho mạng lưới cuối mỗi năm qua một ngày khẩn cấp và một ngày thường. / Take the "
            "network of each year's end through an emergency and an ordinary day.",
        ),
    ] = True,
    write_phase: Annotated[
        list[str] | None,
        typer.Option(
            metavar="YEAR=FILE",
            help="Ghi mạng lưới cuối năm thành tệp kịch bản. / Write a year's end as a scenario "
            "file, such as 2024=phase.yaml; may be repeated.",
        ),
    ] = None,
    optimise: Annotated[
        bool,
        typer.Option(
            "--optimise",
            help="Tìm năm tốt nhất cho từng việc, so với thứ tự của kế hoạch. / Find the best year "
            "for each work, beside the plan's own order.",
        ),
    ] = False,
    objective: Annotated[
        Literal["coverage", "reach", "cost"] | None,
        typer.Option(
            help="Tối ưu theo số hộ ở xã có đài IP (mặc định), số hộ nghe được, hay chi phí. / "
            "What to optimise: households with IP (default), households in earshot, or cost.",
        ),
    ] = None,
    keep_order: Annotated[
        bool,
        typer.Option(
            "--keep-order",
            help="Khi tối ưu vẫn giữ thứ tự đài xấu nhất trước, và cho biết giá của nó. / Optimise "
            "with the worst first, and tell the price of that.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")] = False,
) -> None:
    """Tính một kế hoạch triển khai: chỉ tiêu nào đạt, khi nào. / Simulate a rollout plan: which
    targets it meets, when, and how surely.

    Ends with 0 once computed, whatever the plan meets, 2 for bad input, 4 for a harness error.
    """
    from ttcs import plan as command

    if (objective or keep_order) and not optimise:
        raise typer.BadParameter("only with --optimise", param_hint="--objective, --keep-order")
    asked = command.Asked(
        *(file, replications, scheduler, jobs, seed, base, declared, out, json),
        phases=phases,
        write_phases=tuple(write_phase or ()),
        objective=(objective or "coverage") if optimise else None,
        keep_order=keep_order,
    )
    raise typer.Exit(command.plan(asked))
