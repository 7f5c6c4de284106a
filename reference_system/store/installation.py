"""What this installation is: said once, at its first start, and the same ever after."""

from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Moment, Name, Table


class Installation(Table):
    """The one row that names the system: its unit, its era and its `NguonID`."""

    __tablename__ = "installation"

    only: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[Name]
    level: Mapped[Code]
    code: Mapped[Code]
    era: Mapped[Code]
    created_ms: Mapped[Moment]
