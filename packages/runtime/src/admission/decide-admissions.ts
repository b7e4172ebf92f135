/** A limit of starts in an interval. */
export interface Rate {
  readonly limit: number
  readonly intervalMs: number
}

/** A run that waits to start. */
export interface WaitingRun {
  readonly runId: string
  /** Most runs of its group in progress; null for no limit. */
  readonly limit: number | null
  /** Most starts of its rate group in an interval; null for no limit. */
  readonly rate: Rate | null
  /** Higher ones first. */
  readonly priority: number
  /** Order of the requests. */
  readonly position: number
  /** True for a run that another run has started. */
  readonly isChild: boolean
}

/** Runs of one workflow with the same keys, which start in order. */
export interface Lane {
  /** True if the workflow is paused. */
  readonly isPaused: boolean
  /** Runs that share a limit of runs in progress. */
  readonly group: string
  /** Runs that share a rate. */
  readonly rateGroup: string
  /** By priority, then by position. */
  readonly waiting: readonly WaitingRun[]
}

/** Starts that count against a rate. */
export interface RateState {
  /** Starts in the interval that ends now. */
  readonly started: number
  /** Instant at which the rate allows the next start, in milliseconds since the Unix epoch; null if it does now. */
  readonly opensAt: number | null
}

/** Queue of a tenant at one moment. */
export interface QueueState {
  /** True if the tenant is paused. */
  readonly isPaused: boolean
  /** Most runs of the tenant in progress; null for no limit. */
  readonly limit: number | null
  /** Runs in progress that count against the limit of the tenant. */
  readonly inProgress: number
  /** Rate of the tenant; null without one. */
  readonly rate: (Pick<Rate, 'limit'> & RateState) | null
  /** Runs in progress by group; none for a group that is missing. */
  readonly inProgressOf: ReadonlyMap<string, number>
  /** Starts by {@link rateName}. A run whose rate is missing waits until it has been read. */
  readonly startsOf: ReadonlyMap<string, RateState>
  readonly lanes: readonly Lane[]
}

/** Runs to start now, and when to decide again. */
export interface Admissions {
  /** Ids of the runs that start now, in order. */
  readonly runIds: readonly string[]
  /** Rates that keep a run waiting, without those that this decision has used. */
  readonly openings: readonly Opening[]
  /** False if another decision may admit more at once, or knows more openings. */
  readonly isFinal: boolean
}

/** Instant at which a rate allows the next start. */
export interface Opening {
  /** Lane of the first run that waits for it; null for the rate of the tenant. */
  readonly lane: Lane | null
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** Names a rate in {@link QueueState.startsOf}. */
export function rateName(rateGroup: string, { limit, intervalMs }: Rate): string {
  return `${rateGroup}\n${limit}\n${intervalMs}`
}

/**
 * Decides which runs start now, in order: by priority, then in the order of their requests, as many as the limits and rates
 * of their workflows and of the tenant allow. Within a lane none passes one before it that waits for its workflow.
 *
 * A child does not count against the limits of the tenant: its parent does, and would wait forever for children that wait
 * for its end. So a child passes runs that wait for the tenant.
 */
export function decideAdmissions(state: QueueState): Admissions {
  if (state.isPaused) return { runIds: [], openings: [], isFinal: true }
  const decision = createDecision(state)
  for (const { run, lane } of inOrder(state.lanes)) decision.consider(run, lane)
  return decision.result()
}

function inOrder(lanes: readonly Lane[]): readonly { readonly run: WaitingRun; readonly lane: Lane }[] {
  return lanes
    .filter(({ isPaused }) => !isPaused)
    .flatMap((lane) => lane.waiting.map((run) => ({ run, lane })))
    .sort((a, b) => compareWaiting(a.run, b.run))
}

function createDecision({ limit, inProgress, rate, inProgressOf, startsOf }: QueueState) {
  const runIds: string[] = []
  const blocked = new Set<Lane>()
  const ofGroup = new Map<string, number>()
  const ofRateGroup = new Map<string, number>()
  const openings = new Map<Lane | null, number>()
  let ofTenant = 0
  let isFinal = true

  /** Notes when a rate allows the next start; only a later decision knows it if this one has used the rate. */
  const waitFor = (lane: Lane | null, at: number | null, used: number): void => {
    if (used > 0 || at === null) isFinal = false
    else openings.set(lane, at)
  }
  const isGroupFull = (run: WaitingRun, { group }: Lane): boolean =>
    run.limit !== null && (inProgressOf.get(group) ?? 0) + (ofGroup.get(group) ?? 0) >= run.limit
  const isRateUsed = (run: WaitingRun, lane: Lane): boolean => {
    if (run.rate === null) return false
    const { rateGroup } = lane
    const starts = startsOf.get(rateName(rateGroup, run.rate))
    const used = ofRateGroup.get(rateGroup) ?? 0
    if (starts !== undefined && starts.started + used < run.rate.limit) return false
    waitFor(lane, starts?.opensAt ?? null, used)
    return true
  }
  const isTenantFull = (): boolean => {
    if (limit !== null && inProgress + ofTenant >= limit) return true
    if (rate === null || rate.started + ofTenant < rate.limit) return false
    waitFor(null, rate.opensAt, ofTenant)
    return true
  }
  return {
    consider: (run: WaitingRun, lane: Lane): void => {
      if (blocked.has(lane)) return
      if (isGroupFull(run, lane) || isRateUsed(run, lane)) {
        blocked.add(lane)
        return
      }
      if (!run.isChild && isTenantFull()) return
      if (!run.isChild) ofTenant += 1
      ofGroup.set(lane.group, (ofGroup.get(lane.group) ?? 0) + 1)
      ofRateGroup.set(lane.rateGroup, (ofRateGroup.get(lane.rateGroup) ?? 0) + 1)
      runIds.push(run.runId)
    },
    result: (): Admissions => ({
      runIds,
      openings: [...openings].map(([lane, at]) => ({ lane, at })),
      isFinal,
    }),
  }
}

/** Compares runs by priority, the highest first, then by position. */
export function compareWaiting(a: Pick<WaitingRun, 'priority' | 'position'>, b: typeof a): number {
  return b.priority - a.priority || a.position - b.position
}
