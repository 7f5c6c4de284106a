"""How it is said what a solver made of a plan."""

from rich.console import Console

from reports.rollout_optimised_console import shown

TOLD = {
    "objective": "cost",
    "unit": "vnd",
    "keep_order": False,
    "value": 1_030_000_000,
    "bound": 1_000_000_000,
    "gap": 0.029126,
    "search_gap": 0.0,
    "stopped": "time",
    "demands": [],
    "given_up": [
        {
            "id": "T-1",
            "year": 2025,
            "conflict": [
                {"kind": "money", "id": "province", "year": 2024},
                {"kind": "crews", "id": "", "year": 2025},
                {"kind": "demand", "id": "T-1", "year": 2025},
            ],
            "is_minimal": True,
        }
    ],
    "unmet": [{"id": "T-2", "year": 2023}],
    "slipped": [],
    "strategies": [
        {
            "strategy": "optimised",
            "value": 1_030_000_000,
            "gap": 0.029126,
            "household_years": 12_345,
            "spent_vnd": 1_100_000_000,
            "targets": {"T-1": 0.1, "T-2": 0.9},
            "sure": 1,
        }
    ],
    "assigned": {},
}


def test_what_a_terminal_shows() -> None:
    console = Console(width=80)
    with console.capture() as captured:
        for part in shown(TOLD):
            console.print(part)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    assert lines[:8] == [
        "Tối ưu theo chi phí (đồng) / Optimised for cost (VND)",
        "cách mức tốt nhất không quá 2,913 %; dừng ở giới hạn thời gian: máy khác có thể",
        "ra kết quả khác",
        "at most 2.913 % from the best that can be; stopped at the limit of time: another",
        "machine may find another answer",
        "bỏ T-1 2025, không thể cùng giữ: vốn province 2024; tổ thi công 2025; chỉ tiêu",
        "T-1 2025",
        "given up T-1 2025, not all can be kept: money province 2024; crews 2025; target",
    ]
    assert "chưa đạt ở trung vị / not met at the medians: T-2 2023" in lines
    (row,) = (line.split() for line in lines if line.strip().startswith("tối ưu"))
    assert row == ["tối", "ưu", "1.030.000.000", "2,913", "%", "12.345", "1,1", "tỷ", "1/2"]
