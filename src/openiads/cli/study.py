"""`openiads study`: claims, parties, and what their disagreement turns on. The commands stand in the files beside this one."""

import typer

from openiads.cli import study_check, study_claims, study_record, study_report, study_run

app = typer.Typer(
    help="Test claims under the assumptions of opposing parties, and show what their disagreement turns on. In this model only.",
    no_args_is_help=True,
)
app.command()(study_check.lint)
app.command()(study_check.plan)
app.command()(study_claims.claims)
app.command()(study_record.register)
app.command()(study_run.run)
app.command()(study_report.report)
app.command()(study_record.replay)
app.command()(study_record.compare)
app.command()(study_record.closed)
app.command()(study_record.kit)
app.command()(study_record.export)
app.command(name="what-if")(study_run.what_if)
