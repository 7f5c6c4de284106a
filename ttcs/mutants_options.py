"""What may be said to `ttcs mutants`."""

from typing import Annotated

import typer


def mutants(
    role: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE",
            help="Chỉ một vai: ip-speaker, fm-converter, e-board; hoặc source-system-province. "
            "/ One role of devices alone; or source-system-province, which takes a while.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Chỉ các lỗi hay đột biến này. / These faults alone."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Số việc chạy song song. / How much runs at once."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")] = False,
) -> None:
    """Thử các bộ thử trên những gì cố ý làm sai. / Try the suites on what is known to be wrong.

    Ends with 0 where every mutant is killed and nothing right is refused, 1 otherwise, 2 for wrong
    use, 4 where the source system does not start.
    """
    from ttcs import mutants as command

    raise typer.Exit(command.mutants(role, only or (), jobs, as_json=json))
