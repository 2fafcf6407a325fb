"""Second factors, their secrets sealed, and the hashes of recovery codes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, func, insert, select, update

from vedette.core.credentials import SecondFactor
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.seal import Sealer
from vedette.store.tables import recovery_code, second_factor

__all__ = ["Factors"]


class Factors:
    """The store of second factors (see `FactorStore`)."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._rows = Rows(SecondFactor, second_factor)

    def get(self, user_id: str) -> SecondFactor | None:
        """The user's, confirmed or not; None when there is none."""
        wanted = select(second_factor).where(second_factor.c.user_id == user_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        stored = self._rows.of(row)
        return replace(stored, secret=self._sealer.unseal(stored.secret))

    def put(self, factor: SecondFactor) -> None:
        """Store it in the place of the one there was."""
        sealed = replace(factor, secret=self._sealer.seal(factor.secret))
        with self._database.writing() as connection:
            connection.execute(
                delete(second_factor).where(second_factor.c.user_id == factor.user_id)
            )
            connection.execute(insert(second_factor).values(self._rows.to_row(sealed)))

    def remove(self, user_id: str) -> None:
        """Forget it with its recovery codes; may be called twice."""
        with self._database.writing() as connection:
            connection.execute(delete(second_factor).where(second_factor.c.user_id == user_id))
            connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))

    def use_step(self, user_id: str, step: int) -> bool:
        """Note that a code of this step was used; False when one as new was used before."""
        mine = (second_factor.c.user_id == user_id) & (second_factor.c.last_step < step)
        with self._database.writing() as connection:
            used = update(second_factor).where(mine).values(last_step=step)
            return bool(connection.execute(used).rowcount)

    def put_recovery(self, user_id: str, hashes: tuple[str, ...]) -> None:
        """These recovery codes instead of those there were."""
        with self._database.writing() as connection:
            connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
            if hashes:
                rows = [{"user_id": user_id, "code_hash": one} for one in hashes]
                connection.execute(insert(recovery_code), rows)

    def use_recovery(self, user_id: str, code_hash: str) -> bool:
        """Use a recovery code up; False when there is none like it."""
        one = (recovery_code.c.user_id == user_id) & (recovery_code.c.code_hash == code_hash)
        with self._database.writing() as connection:
            return bool(connection.execute(delete(recovery_code).where(one)).rowcount)

    def recovery_left(self, user_id: str) -> int:
        """How many recovery codes are left."""
        mine = recovery_code.c.user_id == user_id
        counted = select(func.count()).select_from(recovery_code).where(mine)
        with self._database.reading() as connection:
            return connection.scalar(counted) or 0
