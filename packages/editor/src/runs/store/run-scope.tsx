import type { Ledger, LedgerEntry, Run, TenonClient } from '@tenon/core/client'
import { EMPTY_DOCUMENT, type WorkflowDocument } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'
import { isRunOver, type NodeRunId } from '@tenon/core/run'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo } from 'react'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { FilesContext } from '../../contexts/files-context.ts'
import { EMPTY_MANIFEST } from '../../manifest/manifest-index.ts'
import { createNodeDirectory, type NodeDirectory } from './node-directory.ts'
import { createNodeLogCache, type NodeLogCache } from './node-log-cache.ts'
import type { RunSnapshot, RunStore } from './run-store.ts'
import { useRun, useRunPart } from './use-run.ts'

/** Version that a run executes, and the node types of its server. */
export interface RunGraph {
  readonly document: WorkflowDocument
  readonly manifest: NodeManifest
}

/** One run with the data to show it; shared by the parts inside a {@link RunProvider}. */
export interface RunScope {
  readonly client: TenonClient
  readonly runId: string
  readonly store: RunStore
  readonly run: Resource<Run>
  readonly graph: Resource<RunGraph>
  readonly nodes: NodeDirectory
  readonly ledger: LedgerCache
  readonly nodeLogs: NodeLogCache
}

const RunScopeContext = createContext<RunScope | null>(null)

/** Props that identify the run of a separate view. */
export interface RunIdentity {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  readonly runId: string
}

interface RunProviderProps extends RunIdentity {
  readonly children: (scope: RunScope) => ReactNode
}

/** Streams a run for its children; inside a provider of the same run it uses the stream of that one. */
export function RunProvider({ client, runId, children }: RunProviderProps) {
  const outer = useContext(RunScopeContext)
  if (outer !== null && outer.runId === runId && outer.client === client) return children(outer)
  return (
    <OwnRun key={runId} client={client} runId={runId}>
      {children}
    </OwnRun>
  )
}

const selectIsOver = (snapshot: RunSnapshot) => isRunOver(snapshot.live.status)

/** Version to which the run has moved last; `null` before. */
const selectMovedTo = ({ live }: RunSnapshot) =>
  live.migrations.findLast(({ outcome }) => outcome === 'moved')?.version ?? null

function OwnRun({ client, runId, children }: RunProviderProps) {
  const store = useRun(client, runId)
  const isOver = useRunPart(store, selectIsOver)
  const run = useResource<Run>(
    useCallback((abortSignal: AbortSignal) => client.runs.get(runId, { abortSignal }), [client, runId]),
  )
  const { reload } = run
  const hasRunOver = run.value === null || isRunOver(run.value.status)
  // The stream reports the end first; the output is part of the run itself.
  useEffect(() => {
    if (isOver && !hasRunOver) reload()
  }, [isOver, hasRunOver, reload])
  // The log of a long run takes seconds to arrive.
  const known = run.value
  useEffect(() => {
    if (known !== null) store.showUntilRead(known)
  }, [store, known])
  const movedTo = useRunPart(store, selectMovedTo)
  const isOutdated = movedTo !== null && run.value !== null && run.value.version !== movedTo
  useEffect(() => {
    if (isOutdated) reload()
  }, [isOutdated, reload])
  const { refresh } = run
  // Obstacles of a run are not in its log; the change stream of the tenant reports them.
  useTenantChanges({
    client,
    isRelevant: (change) => change.kind === 'run' && change.id === runId,
    onChange: (changes) => {
      if (changes.some((change) => change.kind === 'run')) refresh()
    },
  })
  const workflowId = run.value?.workflowId ?? null
  const version = run.value?.version ?? null
  const loadGraph = useMemo(() => {
    if (workflowId === null || version === null) return null
    return async (abortSignal: AbortSignal): Promise<RunGraph> => {
      const [pinned, manifest] = await Promise.all([
        client.versions.get(workflowId, version, { abortSignal }),
        client.nodeManifest({ abortSignal }),
      ])
      return { document: pinned.document, manifest }
    }
  }, [client, workflowId, version])
  const graph = useResource(loadGraph)
  const nodes = useMemo(
    () => createNodeDirectory(graph.value?.document ?? EMPTY_DOCUMENT, graph.value?.manifest ?? EMPTY_MANIFEST),
    [graph.value],
  )
  const ledger = useMemo(
    () => createLedgerCache(client, runId, () => store.snapshot().isPartial),
    [client, runId, store],
  )
  const nodeLogs = useMemo(() => createNodeLogCache(client, runId), [client, runId])
  const scope = useMemo<RunScope>(
    () => ({ client, runId, store, run, graph, nodes, ledger, nodeLogs }),
    [client, runId, store, run, graph, nodes, ledger, nodeLogs],
  )
  return (
    <RunScopeContext.Provider value={scope}>
      <FilesContext.Provider value={client.files}>{children(scope)}</FilesContext.Provider>
    </RunScopeContext.Provider>
  )
}

/** Cache of the ledger of one run, loaded once for each moment of its log and shared by all parts. */
interface LedgerCache {
  /** @param seq - Last known event; the ledger is loaded again for a later one. */
  readonly read: (seq: number) => Promise<Ledger>
  /** Reads the entry of one node run; of a long run only this one. `null` if there is none. */
  readonly readEntry: (nodeRunId: NodeRunId, seq: number) => Promise<LedgerEntry | null>
}

/** @param isLong - Returns true for a run whose log is too long to be read as a whole. */
function createLedgerCache(client: Pick<TenonClient, 'runs'>, runId: string, isLong: () => boolean): LedgerCache {
  let known: { readonly seq: number; readonly ledger: Promise<Ledger> } | null = null
  const read = (seq: number): Promise<Ledger> => {
    if (known !== null && known.seq >= seq) return known.ledger
    const entry = { seq, ledger: client.runs.ledger(runId) }
    known = entry
    // A failed load must not be cached.
    entry.ledger.catch(() => {
      if (known === entry) known = null
    })
    return entry.ledger
  }
  return {
    read,
    async readEntry(nodeRunId, seq) {
      const { nodeRuns } = await (isLong() ? client.runs.ledger(runId, { nodeRunId }) : read(seq))
      return nodeRuns.find((entry) => entry.nodeRunId === nodeRunId) ?? null
    },
  }
}
