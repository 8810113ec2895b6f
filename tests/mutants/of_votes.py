"""Broken versions of votes: of phases and ballots, of what is told too early, of who speaks with whom, and of what is counted."""

from tests.mutants.table import broken

MUTANTS = [
    *broken("classroom/polls.py", "test_polls.py", [
        ("a vote is taken after its phase", "if now.round is None or round != now.round:", "if round not in (1, 2):"),
        ("a ballot is not written down", "                session.merge(row)\n", "                row.reason\n"),
        ("after a restart the second round is the first", "self._ballots[row.round][row.person]", "self._ballots[BEFORE][row.person]"),
        ("thirty answers draw thirty pages", "            self._ballots[round][person] = ballot\n            self.answers += 1", "            self._ballots[round][person] = ballot\n            self.turn += 1"),
        ("who was refused a run has had a variant", "runs=(*others, replace(dealt, run=run)) if run else others)", "runs=(*others, replace(dealt, run=run)))"),
        ("a late joiner speaks with nobody", "                self._seat(person)\n", "                self._lock\n"),
    ]),
    *broken("classroom/poll.py", "test_polls.py", [
        ("what was not measured is revealed", "if to == REVEAL and self.truth is None:", "if to == REVEAL and not self.phase:"),
        ("answers are shown while all vote again", "return self.phase in (REVEAL, CLOSED)", "return self.phase in (AGAIN, REVEAL, CLOSED)"),
        ("two runs of a variant have one seed", "1 + max((run.seed for run in self.runs if run.variant == variant), default=-1)", "0"),
        ("all train the first variant", "counts.index(min(counts))", "counts.index(max(counts))"),
    ]),
    *broken("classroom/poll_view.py", "test_polls.py", [
        ("the answer of a partner is told", '"reason": ballots[other].reason if', '"reason": ballots[other].answer if'),
        ("a partner is called by the id", '"who": pseudonym(other) or INSTRUCTOR_NAME', '"who": other'),
        ("partners are told when nobody discusses", "_partners(poll, ballots[BEFORE], person, pseudonym) if poll.phase == DISCUSS else []", "_partners(poll, ballots[BEFORE], person, pseudonym)"),
    ]),
    *broken("classroom/pairing.py", "test_pairing.py", [
        ("neighbours speak with each other", "zip(people[:half], people[half : 2 * half], strict=True)", "zip(people[: 2 * half : 2], people[1 : 2 * half : 2], strict=True)"),
        ("the odd one is left alone", "        _most_unlike(answering, answers, groups, person).append(person)", "        groups.append([person])"),
        ("curves that are near meet", "key=lambda two: -answering.apart(", "key=lambda two: answering.apart("),
    ]),
    *broken("classroom/shift.py", "test_shift.py", [
        ("the matrix lies on its side", "counts[labels.index(label_of(one)), labels.index(label_of(other))]", "counts[labels.index(label_of(other)), labels.index(label_of(one))]"),
        ("who answered once has stayed", "[(before[person], after[person]) for person in before if person in after]", "[(before[person], after.get(person, before[person])) for person in before]"),
        ("who was right already has been convinced", "int(self.counts[:, at].sum() - self.counts[at, at])", "int(self.counts[:, at].sum())"),
        ("the right cell has no row of its own", "{answering.words(truth): len(answers) + 1}", "{answering.words(truth): 0}"),
    ]),
]  # fmt: skip
