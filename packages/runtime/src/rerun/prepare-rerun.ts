import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { encodeValue, type RerunFrom, type RerunOf, type ReusedOutcome, type ValueRef } from '@tenon/core/run'
import { fileMarksIn } from '../files/file-marks.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createPlanIndex, type PlanIndex } from '../interpreter/plan-index.ts'
import type { RunReader, StoredRun } from '../run-store.ts'
import type { Payload } from '../store/append.ts'
import { createOutcomeCollector, type RecordedOutcomes } from './collect-outcomes.ts'
import { selectOutcomes } from './select-outcomes.ts'

/** Outcomes that a new run takes from an earlier one, for {@link StartRunRequest.rerun}. */
export interface RerunStart {
  /** Earlier run, and the start of the new one. */
  readonly of: RerunOf
  /** Seed of the earlier run, so that random values stay the same; `null` for a new one. */
  readonly seed: string | null
  /** Outcomes that are reused; empty if everything runs again. */
  readonly outcomes: readonly ReusedOutcome[]
  /**
   * Values of the outcomes that the log of the earlier run contains, and the marks of the files in all outcomes; the store
   * has the other values.
   */
  readonly payloads: readonly Payload[]
}

/** A rerun that can be started. */
export interface PreparedRerun {
  /** Trigger of the earlier run. */
  readonly trigger: string
  /** Input of the earlier run. */
  readonly input: ValueRef
  /** For {@link StartRunRequest.rerun}. */
  readonly rerun: RerunStart
}

/** Events that are in memory at a time. */
const PAGE = 5_000

/**
 * Reads what a rerun takes from the log of an ended run.
 *
 * @param run - The earlier run.
 * @param plan - Plan of the new run. @defaultValue that of the earlier run
 * @throws {@link TenonError} `RUN_NOT_FOUND` for a run that was deleted; `RUN_NOT_ENDED`; `RERUN_REFUSED` (details:
 * `issues`) for a start from which the run cannot run again, or a plan in which reused nodes have changed;
 * `PAYLOAD_NOT_FOUND`, `PAYLOAD_UNAVAILABLE` for the value of an outcome; `REFERENCE_NOT_FOUND` for a node that a plan lacks; `RUN_LOG_GAP` if the plan of the earlier run is missing.
 * @see docs/adr/0047-a-rerun-reuses-outcomes.md
 */
export async function prepareRerun(
  reader: RunReader,
  run: StoredRun,
  from: RerunFrom,
  plan?: Plan,
): Promise<PreparedRerun> {
  const { tenantId, runId, status, planHash } = run
  if (run.finishedAt === null) throw new TenonError('RUN_NOT_ENDED', 'The run has not ended')
  const readPlan = async (hash: string): Promise<PlanIndex> => {
    const found = await reader.getPlan(tenantId, hash)
    if (found === null) throw new TenonError('RUN_LOG_GAP', 'The plan of the run is missing')
    return createPlanIndex(found)
  }
  const before = await readPlan(planHash)
  const { started, ...recorded } = await readOutcomes(reader, run, before)
  // After the log, which is deleted after the run: with a part of it, nodes that have run would run again.
  if ((await reader.getRun(tenantId, runId)) === null) throw new TenonError('RUN_NOT_FOUND', 'The run was deleted')
  if (started === null) {
    throw new TenonError('RERUN_REFUSED', 'The run was canceled before its start', {
      remedy: 'Start a new run of the workflow.',
      details: { issues: [{ path: ['from'], code: 'not_reached', message: 'Nothing has run' }] },
    })
  }
  const after = plan === undefined ? before : createPlanIndex(plan)
  const earlier = new Map<string, PlanIndex>()
  for (const hash of new Set(recorded.plans.values())) if (hash !== planHash) earlier.set(hash, await readPlan(hash))
  const selected = selectOutcomes({ status, from, before, after, earlier, ...recorded })
  const { trigger, input, seed } = started
  return {
    trigger,
    input,
    rerun: {
      ...{ of: { runId, from }, seed: from === 'start' ? null : seed },
      ...(await withoutValues(selected, (ref) => reader.loadValue(tenantId, ref))),
    },
  }
}

async function readOutcomes(
  reader: RunReader,
  { tenantId, runId }: StoredRun,
  index: PlanIndex,
): Promise<RecordedOutcomes> {
  const collector = createOutcomeCollector(index)
  for (let after = 0; ; ) {
    const events = await reader.readEvents(tenantId, runId, after, PAGE)
    for (const event of events) collector.add(event)
    after = events.at(-1)?.seq ?? after
    if (events.length < PAGE) return collector.result()
  }
}

/** Moves the values out of the outcomes: the fact that has them cannot be erased, and stored values can. */
async function withoutValues(
  selected: readonly ReusedOutcome[],
  load: (ref: ValueRef) => Promise<Json>,
): Promise<Pick<RerunStart, 'outcomes' | 'payloads'>> {
  const payloads = new Map<string, Payload>()
  const seen = new Set<string>()
  const outcomes: ReusedOutcome[] = []
  for (const outcome of selected) {
    const { inline, ...output } = outcome.output
    outcomes.push({ ...outcome, output })
    if (seen.has(output.hash)) continue
    seen.add(output.hash)
    // One value at a time, since they may be large. The files in it outlive the earlier run as it does.
    const { text, json } = encodeValue(inline === undefined ? await load(output) : inline)
    if (inline !== undefined) payloads.set(output.hash, { hash: output.hash, size: output.size, text, json })
    for (const mark of fileMarksIn(text)) payloads.set(mark.hash, mark)
  }
  return { outcomes, payloads: [...payloads.values()] }
}
