"""How carbon is counted, as a page made from the constants that it is counted by: `docs/carbon.md`.

`python -m cli.carbon.method_page` prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from greenfraud.carbon import INTENSITY_G_PER_KWH, LAMBDA_MB_PER_VCPU, UNSEEN_SECONDS_PER_SCORE, embodied, of_lambda, scoring
from greenfraud.carbon import coefficients as watts
from greenfraud.carbon.coefficients import GPUS, PROCESSORS
from greenfraud.carbon.instances import FAMILIES

TITLE = "# How carbon is counted"
INTRODUCTION = """\
Every figure follows the Software Carbon Intensity specification, ISO/IEC 21031: SCI = (E x I + M) per R. This page holds what a
claim has to say: the boundary, E, I, M and R with their methods and sources, and what is left out. It is made from the very
constants that figures are made by. `greenfraud emissions` shows a platform's own figures, `greenfraud emissions --sci` prints
them with this page."""
BOUNDARY = """\
Counted, used or not, is the hardware that is *reserved* for a piece of work, for as long as it is reserved:

- a **job** (features, training, evaluation, materialisation, report, upkeep): the whole SageMaker instance, from the moment that
  SageMaker starts to bill it (`TrainingStartTime`) until it stops; what follows the last line of the job is estimated, and where
  SageMaker does not say the start, boot is too. `estimated_seconds` of a record says how much that was.
- a **score**: memory and vCPU of the function, from the request until the answer, for each decision.
- **on one's own machine** several jobs share one computer. Each reserves its share (half, as two run at once), so that no machine
  is ever charged twice; a record's `hardware` says which of the two it is.

R is 1,000 scores. Jobs are told apart by stage, family and chunk, and shared among the scores where a figure says so."""
EXCLUSIONS = """\
- Start and idle of functions: between requests AWS reserves nothing for them, and a cold start holds one while it loads.
- The other functions (ingestion, planning, gate), API Gateway, DynamoDB, S3, Step Functions, logs and CloudWatch.
- Network, the caller's and the analyst's machines, and development.
- Spot capacity that was waited for: nothing is held meanwhile. The disk of a job.
- End of life of the hardware, which the source of M does not count.
- No offsets and no market-based figures: I is location-based."""
BESIDE = """\
CodeCarbon's offline tracker runs in every job, and its figure stands in each record beside the reserved one (`measured_*`, split
by processor, memory and card, with `cpu_seconds`). It never takes its place: CodeCarbon sees a process and not a machine, models
the processor by its load where no counter is readable, and takes a constant for memory that does not shrink with the job.

Records of earlier releases say so by their `method`: `cpu_load`, `constant` or `rapl` counted what CodeCarbon saw, and scores by
one coefficient for all processors. They know no M, and are not made up for."""
GRIDS = """\
Of the grid of the region's country or state; a deployment's `grid_intensity_g_per_kwh` and `grid_intensity_source` set another.
Life-cycle figures count building power plants and fetching fuel, direct ones only what they burn: the two do not compare, and
regions of one source do."""
MODEL = """\
What a model emits is counted without a stopwatch. Operations, bytes and nodes come from the shapes of its ONNX graph; an operator
that nobody has told the counter makes the figure unavailable, never 0. They become seconds of one vCPU by coefficients that were
measured once for all families, and seconds become grams as a score's do. An evaluation's `emissions_g_per_1000` is the sum of its
`emissions_parts`: answering, which is the same for every model, the model's own graph, the making of the hardware, and the training
of the model's whole lineage, shared by as many scores as the holdout's week has payments. Without that traffic the part is
unavailable, for all candidates alike."""


def method_page() -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    sections: list[tuple[str, Iterable[str]]] = [
        ("Boundary and R", [BOUNDARY]),
        ("E, energy", _energy()),
        ("I, intensity", _intensity()),
        ("M, making of the hardware", _making()),
        ("A model's own carbon", _model()),
        ("Not counted", [EXCLUSIONS]),
        ("Beside it: CodeCarbon, and earlier releases", [BESIDE]),
    ]
    yield TITLE
    yield ""
    yield INTRODUCTION
    for title, lines in sections:
        yield from ("", f"## {title}", "")
        yield from lines


def _energy() -> Iterator[str]:
    yield f"Energy is power x time x PUE. PUE is {watts.AWS_PUE:g} ({watts.PUE_SOURCE}). The load is assumed:"
    yield f"{watts.UTILISATION * 100:g} %: power = idle + {watts.UTILISATION:g} x (full - idle)"
    yield f"({watts.UTILISATION_SOURCE})."
    yield f"Memory takes {watts.WATTS_PER_GB:g} W per GB ({watts.MEMORY_SOURCE})."
    yield ""
    yield f"Processors: {watts.PROCESSOR_SOURCE}."
    yield ""
    yield from table(("processor", "idle W", "full W"), [(name, one.idle, one.full) for name, one in PROCESSORS.items()])
    yield ""
    yield f"Cards: {watts.GPU_SOURCE}. One that the table does not know counts by its own counter."
    yield ""
    yield from table(("card", "idle W", "full W"), [(name, one.idle, one.full) for name, one in GPUS.items()])
    yield ""
    arm, other = (of_lambda(LAMBDA_MB_PER_VCPU, machine) for machine in ("aarch64", "x86_64"))
    yield f"A function of {LAMBDA_MB_PER_VCPU} MB has one vCPU and takes {arm.watts:.2f} W on Graviton,"
    yield f"{other.watts:.2f} W on x86, another size in proportion. A score's own clock ends when it is stored: reading the"
    yield f"request before, storing and answering after are {UNSEEN_SECONDS_PER_SCORE * 1000:g} ms, estimated."


def _intensity() -> Iterator[str]:
    yield GRIDS
    yield ""
    rows = [(region, f"{one.g_per_kwh:.2f}", one.year, one.source, one.date) for region, one in INTENSITY_G_PER_KWH.items()]
    yield from table(("region", "g/kWh", "year", "source", "read"), rows)


def _making() -> Iterator[str]:
    yield "M = TE x TS x RS: all that making the server emitted, times the reserved hours of its life of"
    yield f"{embodied.LIFE_HOURS:,.0f} hours, times the reserved vCPUs of all its vCPUs; a card's own where a family has them."
    yield f"Source: {embodied.SOURCE}."
    yield "Its own ranges are about -45 % to +65 %."
    yield "A function is cut from a server like c6g on Graviton, like c5 on x86; a machine of one's own counts like m5."
    yield ""
    rows = [
        (name, one.processor, f"{one.gb_per_vcpu:g}", f"{one.server.kilograms:g}", one.server.vcpus, _cards(name))
        for name, one in FAMILIES.items()
    ]
    yield from table(("family", "processor", "GB per vCPU", "server kg", "vCPUs", "card"), rows)


def _cards(family: str) -> str:
    one = FAMILIES[family]
    if one.gpu is None:
        return "none"
    return f"{one.gpu}, {one.server.kilograms_per_gpu:g} kg" if one.server.kilograms_per_gpu else f"{one.gpu}, within the server"


def _model() -> Iterator[str]:
    yield MODEL
    yield ""
    rows = [
        ("a score without its model", f"{scoring.FIXED_SECONDS_PER_SCORE:g}", scoring.FIXED_SOURCE),
        ("a call of a model", f"{scoring.SECONDS_PER_CALL:g}", scoring.CALIBRATION_SOURCE),
        ("a node", f"{scoring.SECONDS_PER_NODE:g}", "the same"),
        ("an operation", f"{scoring.SECONDS_PER_OPERATION:g}", "the same"),
        ("a byte", f"{scoring.SECONDS_PER_BYTE:g}", "the same"),
    ]
    yield from table(("of", "seconds", "source"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


if __name__ == "__main__":
    sys.stdout.write(method_page())
