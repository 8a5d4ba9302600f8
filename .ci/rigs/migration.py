"""Databases of the first schema, made out of today's: for the rigs that migrate them."""

import sqlite3

import rig

SCHEMA = rig.PROJECT / "src/store/0001_init.sql"
#: The newest schema.
NEWEST = len(list(SCHEMA.parent.glob("0*.sql")))
#: "rass" in ASCII.
APPLICATION = 0x7261_7373


def schema_one(site):
    """Replaces the database of a site by one of the first schema, which tells the same."""
    old = site.database.with_name("old.db")
    site.database.rename(old)
    for ending in ("-wal", "-shm", *(f".before-{n}" for n in range(2, NEWEST + 1))):
        site.database.with_name(site.database.name + ending).unlink(missing_ok=True)
    connection = sqlite3.connect(site.database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA.read_text())
    connection.execute("ATTACH ? AS old", (str(old),))
    for (table,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
        connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM old.{table}")
    connection.commit()
    connection.execute("DETACH old")
    connection.executescript(f"PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION};")
    connection.close()
    old.unlink()


def versions(site):
    """(the schema of the database, that of the copy from before the migration or None, what is wrong with the two)."""
    wrong, found = [], {}
    for ending in ("", ".before-2"):
        file = site.database.with_name(site.database.name + ending)
        if not file.exists():
            continue
        _, stories, broken = rig.stored(file)
        found[ending] = (schema(file), stories)
        # A copy may be half-made as long as the database itself has not moved on.
        if ending == "" or found[""][0] > 1:
            wrong += [f"rassegna.db{ending}: {what}" for what in broken]
            if stories == 0:
                wrong.append(f"rassegna.db{ending} is empty")
    copy = found.get(".before-2")
    if copy and found[""][0] > 1 and copy[0] != 1:
        wrong.append(f"the copy from before the migration has schema {copy[0]}")
    return found[""][0], copy and copy[0], wrong


def schema(file):
    """The schema of a database, read from a copy with its log, so that looking recovers nothing."""
    return rig.asked(file, "PRAGMA user_version")
