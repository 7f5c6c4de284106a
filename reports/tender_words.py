"""What is said of a tender's requirements, in both languages."""

from collections.abc import Mapping
from typing import Final

from conformance.tender.held_against import Why
from conformance.tender.judging import Standing
from conformance.tender.mapping import How
from conformance.tender.requirements import Level
from conformance.verdicts import Verdict
from reports.words import VERDICTS
from scenarios.scenario import Text

TITLE: Final = Text("Đối chiếu yêu cầu mời thầu", "Tender requirements")

WHAT_IT_IS: Final = Text(
    "Bảng này đối chiếu từng yêu cầu với bằng chứng trong gói, không phải kết quả đánh giá hồ sơ "
    "dự thầu: người duyệt chọn điều khoản, bên mời thầu quyết định.",
    "It holds each requirement against the evidence in the bundle, and is not the evaluation of a "
    "bid: people choose the clauses, and the buyer decides.",
)

LEVELS: Final[Mapping[Level, Text]] = {
    "mandatory": Text("bắt buộc", "mandatory"),
    "encouraged": Text("khuyến khích", "encouraged"),
}

STANDINGS: Final[Mapping[Standing, Text]] = {
    **{verdict: VERDICTS[verdict] for verdict in Verdict},
    "not-reviewed": Text("chưa duyệt gợi ý", "suggestions not reviewed"),
    "no-clause": Text("không có điều khoản tương ứng", "no clause shows it"),
    "not-verified": Text("không có kết luận từ gói này", "no verdict of this bundle"),
}

COUNTED: Final[tuple[Standing, ...]] = (
    *(Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_RUN, Verdict.ERROR),
    *("not-reviewed", "no-clause", "not-verified"),
)
"""In the order of the totals; nothing that a tender asks for is not applicable."""

HOW: Final[Mapping[How, Text]] = {
    "by-id": Text("hồ sơ mời thầu nêu", "named by the tender"),
    "reviewed": Text("đã duyệt", "reviewed"),
}

NUMBER: Final = Text("Con số của hồ sơ mời thầu", "The tender's number")
SUGGESTED: Final = Text("Gợi ý chưa duyệt", "Suggestion, not reviewed")
STALE: Final = Text(
    "Văn bản yêu cầu đã đổi sau khi duyệt: phải duyệt lại.",
    "The requirement's text changed after the review: it has to be reviewed again.",
)
NOT_OF_BUNDLE: Final = Text(
    "gói này không xét điều khoản đó", "this bundle was not judged by that clause"
)
BY_MODEL: Final = Text("theo mô hình, không đo", "by a model, not measured")
WAIVED: Final = Text("có lỗi được miễn trừ", "a failure is waived")

WHY: Final[Mapping[Why, Text]] = {
    "own-number": Text(
        "đúng con số của điều khoản: theo kết luận của điều khoản",
        "the clause's own number: as the clause's verdict says",
    ),
    "met": Text("số đo, kể cả độ không đảm bảo đo, đáp ứng", "met, with the uncertainty"),
    "not-met": Text("số đo không đáp ứng", "not met by what was measured"),
    "within-uncertainty": Text(
        "sát con số này, trong độ không đảm bảo đo", "so near that the uncertainty leaves it open"
    ),
    "not-measured": Text("bàn thử không đo thời gian", "the bench does not measure"),
    "no-measurement": Text(
        "không có số đo nào để so với con số này", "no measurement shows this number"
    ),
    "several-measurements": Text(
        "các số đo cho kết quả khác nhau; câu chữ không nói số đo nào",
        "measurements disagree, and the words do not say which is meant",
    ),
}
