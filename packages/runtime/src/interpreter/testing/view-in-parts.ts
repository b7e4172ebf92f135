import {
  createPartialFold,
  foldViewParts,
  type LogEntry,
  OUTER_PART,
  partsOfEntries,
  type RunHead,
  type RunView,
  type RunViewSnapshot,
  type ViewPart,
} from '@tenon/core/run'

/** Parts of a view as they are stored. */
interface StoredView {
  readonly head: RunHead | null
  readonly parts: ReadonlyMap<string, ViewPart>
  readonly open: ReadonlySet<string>
}

/** Moments at which a page of a run gets what it shows: positions of events. */
export interface ViewMoments {
  /** Event of the snapshot; the others are not before it. */
  readonly cut: number
  /** Event of the parts that are loaded later. */
  readonly partsAt: number
  /** Event to which the stream has come when these parts arrive. */
  readonly shownAt: number
  /** Most events that are stored at once. */
  readonly batch: number
}

const EMPTY_PART: ViewPart = { nodeRuns: [], approvals: [], parked: [], waits: [] }

/** Moves each iteration of a log to a part of its own, as in long loops: `a#1.2` → `a#32.64`; passes of calls stay. */
export function spread(log: readonly LogEntry[]): readonly LogEntry[] {
  const far = (path: string) => path.replace(/\d+/g, (index) => `${Number(index) * 32}`)
  return JSON.parse(JSON.stringify(log).replace(/#\d+(?:\.\d+(?!\d*-))*/g, far)) as readonly LogEntry[]
}

/** Returns a view as JSON, in its order and without values, which parts lack. */
export function plainView({ nodeRuns, approvals, parked, waits, ...head }: RunView): unknown {
  const lists = [nodeRuns, approvals, parked, waits].map((map) => [...map])
  return JSON.parse(JSON.stringify([head, lists], (key, value) => (key === 'inline' ? undefined : value)))
}

/** Folds entries into what is stored, as a store does: it reads and writes only the parts that it must. */
function store({ head, parts, open }: StoredView, entries: readonly LogEntry[]): StoredView {
  const wanted = new Set([...partsOfEntries(entries), ...open])
  const loaded = JSON.parse(JSON.stringify([...parts].filter(([key]) => wanted.has(key)))) as [string, ViewPart][]
  const folded = foldViewParts({ head, parts: new Map(loaded) }, entries)
  const changed = [...folded.parts].filter(([key]) => folded.changed.has(key))
  return { head: folded.head, parts: new Map([...parts, ...changed]), open: folded.open }
}

/** Stores the view of the first events of a log, `batch` after `batch`. */
export function storedView(
  log: readonly LogEntry[],
  cut: number,
  batch: number,
): StoredView & { readonly head: RunHead } {
  let stored: StoredView = { head: null, parts: new Map(), open: new Set() }
  for (let at = 0; at < cut; at += batch) stored = store(stored, log.slice(at, Math.min(cut, at + batch)))
  const { head } = stored
  if (head === null) throw new RangeError('An empty log has no view')
  return { ...stored, head }
}

/** Opens the page of a run whose log is long: the view when parts are missing, and the one at the end. */
export function openInParts(
  log: readonly LogEntry[],
  { cut, partsAt, shownAt, batch }: ViewMoments,
): { readonly early: RunView; readonly late: RunView } {
  const { head, parts, open } = storedView(log, cut, batch)
  // Open parts are in the snapshot, and each second one of the rest, as those that pages show first.
  const isSent = (key: string, index: number) => key === OUTER_PART || open.has(key) || index % 2 === 1
  const snapshot: RunViewSnapshot = { head, parts: [...parts].filter(([key], index) => isSent(key, index)) }
  const fold = createPartialFold(snapshot)
  for (const entry of log.slice(0, shownAt)) fold.apply(entry)
  const early = fold.view()
  const later = storedView(log, partsAt, batch)
  for (const key of partsOfEntries(log)) {
    if (!fold.hasPart(key)) fold.addPart(key, later.parts.get(key) ?? EMPTY_PART, later.head.seq)
  }
  for (const entry of log.slice(shownAt)) fold.apply(entry)
  return { early, late: fold.view() }
}
