"""The options of `ttcs run`; `ttcs.run` does what they ask, and is loaded when it is called."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer


def run(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO",
            help="Tệp kịch bản, hoặc tên một kịch bản có sẵn. / Scenario files, or names of "
            "shipped scenarios.",
        ),
    ],
    commands: Annotated[
        Path | None,
        typer.Option(
            metavar="LOG",
            help="Phát theo nhật ký lệnh này thay cho lệnh của kịch bản. / Play this command log "
            "instead of the scenario's own commands.",
        ),
    ] = None,
    world: Annotated[
        Literal["virtual", "model", "live"],
        typer.Option(
            help="Thế giới: mô phỏng, hay tiến trình thật. / Which world: computed, or live, with "
            "real processes."
        ),
    ] = "virtual",
    engine: Annotated[
        Literal["best", "compiled", "numpy"],
        typer.Option(
            help="Lõi mô phỏng; kết quả như nhau. / Which core; the results are the same.",
        ),
    ] = "best",
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=2**64 - 1,
            help="Thay số mầm của kịch bản. / Replace the scenario's seed.",
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option(
            min=1,
            max=100_000,
            help="Số lần chạy lặp, mỗi lần một số mầm. / How many replications, each with a seed "
            "of its own.",
        ),
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Chạy lặp trên cụm Dask ở địa chỉ này. / Replicate on the Dask cluster at this "
            "address, such as tcp://127.0.0.1:8786.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help="Số việc chạy song song trên máy này (mặc định: từng kịch bản một, dùng mọi lõi). "
            "/ How much runs at once on this machine, scenarios too (default: one scenario after "
            "the other, on all cores).",
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ghi kết quả thành tệp JUnit. / Write the outcome as a JUnit file.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD",
            help="So với lần chạy cũ: một thư mục kết quả, hoặc thư mục chứa kết quả theo tên kịch "
            "bản. / Compare with older runs: a folder of results, or a folder of those by the "
            "names of scenarios. The exit code stays that of the verdicts.",
        ),
    ] = None,
    declarations: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Số liệu khai báo cho các chỉ tiêu không đo được (CSV). / Declared figures, for "
            "targets that a run cannot measure (CSV).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Thư mục kết quả (mặc định out/<tên>; với nhiều kịch bản: DIR/<tên>). / Folder of "
            "the results (default out/<name>; with several scenarios DIR/<name>).",
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="START/+LENGTH",
            help="Chỉ chạy một phần kịch bản, như 2022-09-27T20:00/+10m. / Run a part only.",
        ),
    ] = None,
    time_scale: Annotated[
        str,
        typer.Option(
            metavar="X",
            help="Thời gian kịch bản nhanh gấp X; khi đó không kết luận về độ trễ. / The "
            "scenario's time goes X times as fast; latencies are not judged then.",
        ),
    ] = "1",
    devices: Annotated[
        int | None,
        typer.Option(
            min=1, help="Chỉ ngần ấy thiết bị, rải đều các xã. / So many devices only, evenly."
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N|COMMUNE|DEVICE",
            help="live: chừa chỗ cho thiết bị khác kết nối. / live: places kept free for others.",
        ),
    ] = None,
    impairment: Annotated[
        Literal["proxy", "tun", "netem", "best"] | None,
        typer.Option(
            help="live: đường truyền xấu như kịch bản tả. / live: links as bad as the scenario's."
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="live: dùng hệ thống nguồn đang chạy này, không khởi động riêng. / live: use this "
            "running source system instead of starting one.",
        ),
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="live: máy chủ MQTT của --server. / live: its broker (default: its host, 1883).",
        ),
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(
            help="live: quản trị viên ở --server; mật khẩu trong TTCS_PASSWORD hay "
            "--password-file. / live: an administrator there; the password is in TTCS_PASSWORD or "
            "a file.",
        ),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tệp mật khẩu. / File with the password.")
    ] = None,
    allow_target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="live: cho phép kết nối tới máy này. / live: a host beyond this machine that may "
            "be contacted.",
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            metavar="PEM", help="live: chứng thư gốc của mqtts://. / live: what it trusts."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")] = False,
) -> None:
    """Chạy kịch bản và kết luận theo các chỉ tiêu. / Run scenarios and judge their targets.

    Ends with 0 conformant, 1 not conformant, 2 bad input, 3 inconclusive, 4 harness error.
    """
    from ttcs import run as command
    from ttcs.run_plan import Asked, LiveAsked

    asked = Asked(
        commands,
        world,
        engine,
        seed,
        replications,
        scheduler,
        jobs or os.cpu_count() or 1,
        jobs or 1,
        junit,
        baseline,
        declarations,
        out,
        json,
        window,
        time_scale,
        devices,
        LiveAsked(
            tuple(leave_out or ()),
            impairment,
            server,
            broker,
            login,
            password_file,
            frozenset(allow_target or ()),
            ca,
        ),
    )
    raise typer.Exit(command.run_all(scenarios, asked))
