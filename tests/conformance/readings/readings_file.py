"""A file of readings, and the ways in which tests change it."""

from conformance import readings
from conformance.clauses import ledger
from scenarios import strict_yaml

PDF = b"%PDF-1.7 of a laboratory"
PNG = b"\x89PNG\r\n\x1a\n of a relay"

WHOLE = """\
ttcs: 1
device: {vendor: "ttcs-hil", model: "emulated IP speaker", serial: "1"}
readings:
  - {clause: TT39-C8-AC, name: lowest_working_ac, value: "86.2 V", uncertainty: "0.5 V", k: 2,
     at: "50 Hz", instrument: "M-17", calibrated_until: "2027-06-30", read_on: "2026-11-20",
     by: vendor}
  - {clause: TT39-C8-AC, name: highest_working_ac, value: "242 V", uncertainty: "0.5 V", k: 2.5,
     at: "50 Hz", instrument: "M-17", calibrated_until: "2027-06-30", read_on: "2026-11-20",
     by: vendor}
  - {clause: TT39-C10, name: output_power, value: "82 W", uncertainty: "3 W",
     basis: "the meter's manual, 95 %", instrument: "P-1", calibrated_until: "2027-06-30",
     read_on: "2026-11-20", by: province}
laboratories:
  - laboratory: "Phòng thử nghiệm A"
    accreditation: "VILAS 000"
    number: "12/2026"
    on: "2026-10-01"
    file: "report.pdf"
    results:
      - {clause: TT39-C9-PHASE, result: pass}
      - clause: TT39-C9-UNDER
        result: pass
        values: [{name: undervoltage_trip, value: "85 V", uncertainty: "1 V", k: 2}]
inspections:
  - {clause: TT39-C9-NEUTRAL, looked_at: "rơ-le trong hộp", holds: true, on: "2026-11-20",
     by: province, file: "relay.png"}
declarations:
  - {clause: PROFILE-TELEMETRY, statement: "số đo thật", holds: true, on: "2026-11-20", by: vendor}
"""


def parsed(text=WHOLE):
    return readings.parse(strict_yaml.parse("readings.yaml", text.encode()), ledger())
