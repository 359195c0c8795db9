"""`openiads study register`, `replay`, `compare`, `closed`, `kit` and `export`: the record of a study."""

from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import compile_kernels
from openiads.cli.study_check import StudyFile, study_of
from openiads.cli.study_run import Folder

Pairs = Annotated[list[str] | None, typer.Option(metavar="PARTY=HASH", help="Commitment of a party to a hidden value.")]


def register(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Study file (YAML), or its lock.")] = None,
    commit: Pairs = None,
    reveal: Annotated[list[str] | None, typer.Option(metavar="PARTY=VALUE", help="Reveal a committed value.")] = None,
    witness: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Who saw it.")] = None,
    amend: Annotated[str | None, typer.Option(metavar="WHAT", help="Record a change of the registered file.")] = None,
    why: Annotated[str, typer.Option(help="Why it was changed.")] = "",
    by: Annotated[str | None, typer.Option(metavar="PARTY", help="Who changed it.")] = None,
    after_results_seen: Annotated[
        bool, typer.Option("--after-results-seen", help="The change was made knowing results.")
    ] = False,
    nonce: Annotated[bool, typer.Option("--nonce", help="Only print a hidden value and its commitment.")] = False,
) -> None:
    """Freeze a study: hash, signatures, commitments; or reveal a value, or record an amendment."""
    from openiads.errors import StudyError
    from openiads.study import lock as locks
    from openiads.study.loading import load_study

    if nonce:
        value = locks.new_nonce()
        typer.echo(f"value       {value}  (keep it to yourself until the run)\ncommitment  {locks.commit(value)}")
        return
    if file is None:
        raise StudyError("register needs a study file: openiads study register FILE. Without one only --nonce works")
    path = file.with_suffix(locks.SUFFIX)
    if reveal:
        lock = locks.read_lock(path)
        for party, value in _pairs(reveal):
            lock = locks.reveal(lock, party, value)
        typer.echo(f"{path}: seed {lock.seed if lock.seed is not None else 'not known until all values are revealed'}")
        return
    if amend is not None:
        if not why:
            raise StudyError("an amendment needs a reason: --why TEXT")
        lock = locks.read_lock(path)
        lock = locks.amend(lock, load_study(file), what=amend, why=why, by=by, after_results_seen=after_results_seen)
        typer.echo(f"{path}: amendment {len(lock.data['amendments'])} recorded; the registered study stays beside it")
        return
    lock = locks.register(load_study(file), commitments=dict(_pairs(commit or [])), witnesses=tuple(witness or ()))
    typer.echo(f"{path}: registered\nstudy  {lock.study_sha256}\nlock   {lock.sha256}")


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    from openiads.errors import StudyError

    found = []
    for text in texts:
        party, equals, value = text.partition("=")
        if not equals:
            raise StudyError(f"{text!r}: write PARTY=VALUE")
        found.append((party, value))
    return found


def replay(
    folder: Folder,
    share: Annotated[float, typer.Option(help="Share of the blocks to run again, above 0 to 1.")] = 0.05,
    seed: Annotated[int, typer.Option(min=0, help="Chooses the blocks.")] = 0,
) -> None:
    """Run a random share of a study again and compare: bitwise, or within 4 standard errors. Exit code 1 when different."""
    from openiads.study.aftermath import replay as again
    from openiads.study.opened import open_results

    results = open_results(folder)
    compile_kernels()
    found = again(results, share=share, seed=seed)
    typer.echo(
        f"{folder}: {found.blocks} blocks, {found.runs} runs again: {found.same} the same to the bit. Grade: {found.grade}"
    )
    if found.grade == "statistical":
        typer.echo(f"largest difference of a block: {found.worst:.2g} combined standard errors")
    if found.grade == "different":
        raise typer.Exit(1)


def compare(one: Folder, other: Annotated[Path, typer.Argument(metavar="RESULTS2", help="Another results folder.")]) -> None:
    """What changed between two results folders, and why."""
    from openiads.study.aftermath import compare as compared
    from openiads.study.opened import open_results

    for line in compared(open_results(one), open_results(other)):
        typer.echo(line)


def closed(
    file: StudyFile,
    private: Annotated[Path, typer.Option(metavar="FILE", help="Private positions (YAML): assumption, then party.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="Words and hashes, the only thing that leaves the building.")
    ] = Path("words.json"),
    quick: Annotated[bool, typer.Option("--quick", help="A first impression.")] = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Only commit to the private values: publish the hash, run later.")
    ] = False,
) -> None:
    """Run a registered study on private values in your own building; only words and hashes are written."""
    from openiads.errors import StudyError
    from openiads.results.files import to_json, write_whole
    from openiads.scenario.yaml_reader import read_file
    from openiads.study.bench import Bench
    from openiads.study.closed import FIRST_LINE, SALT, closed_export, closed_study, commitment
    from openiads.study.findings import run_study
    from openiads.study.model import Direct
    from openiads.study.order import engine_of, order_of

    study, lock = study_of(file)
    if lock is None:
        raise StudyError(
            f"{file}: is not registered; a closed run needs a lock, so that nobody can choose the question afterwards"
        )
    mine = closed_study(study, read_file(private, first_line=FIRST_LINE))
    committed, before = commitment(private, make=True)
    if commit:
        typer.echo(f"commitment  {committed}  (publish it)\nsalt        {private}{SALT}  (keep it with the values)")
        return
    order = order_of(mine, lock=lock, quick=quick)
    compile_kernels()
    model = engine_of(mine)
    findings = run_study(Bench(mine.spec, model, order.sizes, order.seed), Direct(model))
    told = closed_export(findings, study_sha256=study.sha256, lock_sha256=lock.sha256, committed=committed, before=before)
    write_whole(out, to_json(told))
    when = "made beforehand" if before else "made just now: commit with --commit before a run that others shall trust"
    typer.echo(f"{out}: words and hashes; commitment {committed} ({when})")


def kit(
    file: StudyFile,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the pack.")] = Path("kit"),
    results: Annotated[Path | None, typer.Option(metavar="DIR", help="Results from which the agenda follows.")] = None,
) -> None:
    """Write the invitation pack: terms, agenda, a blank position sheet for each party."""
    from openiads.results.files import write_whole
    from openiads.study.kit import invitation
    from openiads.study.opened import open_results

    study, _ = study_of(file)
    files = invitation(None if results is None else open_results(results), study.spec)
    for name, text in files.items():
        write_whole(out / name, text.encode())
    typer.echo(f"{out}: {', '.join(files)}")


def export(folder: Folder) -> None:
    """Write the RO-Crate metadata and the credibility sheet beside the results."""
    from openiads.results.files import to_json, write_whole
    from openiads.study.crate import ro_crate
    from openiads.study.manifest import style_sheet
    from openiads.study.opened import open_results

    results = open_results(folder)
    write_whole(folder / "credibility.md", style_sheet(results).encode())
    write_whole(folder / "ro-crate-metadata.json", to_json(ro_crate(results)))
    typer.echo(f"{folder}: ro-crate-metadata.json, credibility.md")
