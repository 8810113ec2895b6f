"""Broken versions of a backup: of what is in it, of who reads it, and of what a kill leaves."""

from tests.mutants.table import broken

MUTANTS = [
    *broken("backups/archive.py", "test_restoring.py test_saving.py", [
        ("a name may begin with a dot", 'PART = r"(?![. ])', 'PART = r"'),
        ("a name may have a stroke in it", "\\x7f/\\\\:*", "\\x7f\\\\:*"),
        ("checksums are not looked at", "if summed.hexdigest() != self._sums[name]:", "if not self._sums[name]:"),
        ("only the beginning is summed", "        for chunk in self._chunks(name):\n            summed.update(chunk)", "        for chunk in self._chunks(name):\n            summed = sha256(chunk[:9])"),
        ("links are files", "if kind not in (0, stat.S_IFREG):", "if kind is None:"),
        ("packed files are taken", "info.compress_type != zipfile.ZIP_STORED or", "info.compress_type < 0 or"),
        ("files may share their bytes", "if sum(info.file_size for info in entries) > size:", "if max(info.file_size for info in entries) > size:"),
        ("letters of another size are another name", "{name.casefold() for name in names}", "{name for name in names}"),
        ("the list may name others", "if {name: one[\"size\"] for name, one in files.items()} != {", "if {} == {"),
    ]),
    *broken("backups/rows.py", "test_postgresql.py", [
        ("a PostgreSQL counts from 1", "        count_on(target)\n", "        pass\n"),
        ("tables of several moments", 'isolation_level="REPEATABLE READ"', 'isolation_level="READ COMMITTED"'),
    ]),
    *broken("backups/saving.py", "test_saving.py", [
        ("a record is older than its files", "if len(opened) == len(needed) or self._version(run) == version:", "if opened or needed:"),
        ("a deleted run stays", "                if not self._take_again(run):\n                    return", "                self._take_again(run)"),
        ("later epochs are in it", "(found is None or int(found[1]) <= last)", "found != 0"),
        ("others can read the keys", "        os.chmod(out.name, 0o600)\n", ""),
        ("the copy of the database stays", "                rest.unlink()", "                rest.exists()"),
        ("an older backup is written over", "    if file.exists():\n", "    if not file.name:\n"),
        ("the home has its own name", "        own = self.own.encode()\n", "        own = (self.home / OWN).read_bytes()\n"),
        ("classes without drawings are lost", "self._made(Path.is_dir)]", "self._made(Path.is_file) if False]"),
    ]),
    *broken("backups/restoring.py", "test_restoring.py", [
        ("what there is goes", "        home.rename(kept)\n", "        shutil.rmtree(home)\n"),
        ("what is left of a kill stays", "            if left.name.startswith", "            if not left.name.startswith"),
        ("unpacked into the home", "home.with_name(f\"{home.name}.{STAGED}-{PROCESS}\")", "home"),
        ("any folder is put aside", "not any((home / mark).exists() for mark in MARKS)", "not home"),
        ("a lab that starts meanwhile is not seen", "    refuse_at_work(home)  # a lab", "    # a lab"),
        ("runs lie anywhere", "                problem = _problem_of_names(connection)\n", "                pass\n"),
        ("the database may act", "if any(kind not in (\"table\", \"index\") or", "if any(kind in () or"),
        ("the old home is lost when the new one cannot be there", "            kept.rename(home)\n        raise", "            pass\n        raise"),
        ("an external database is written over", "        if has_runs(session.connection()):", "        if not has_runs:"),
    ]),
]  # fmt: skip
