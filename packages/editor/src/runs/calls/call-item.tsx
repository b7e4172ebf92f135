import type { RunFilter, RunSummary, WaitingRun } from '@tenon/core/client'
import { EMPTY_DOCUMENT } from '@tenon/core/document'
import { useMemo } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { EMPTY_MANIFEST } from '../../manifest/manifest-index.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { nodeRunName } from '../format/node-run-name.ts'
import { shortRunId } from '../format/short-run-id.ts'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import { useRunPages } from '../list/use-run-pages.ts'
import { createNodeDirectory, type NodeDirectory } from '../store/node-directory.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { runLength } from './run-length.ts'

/** State that the items of a tree of runs share. */
export interface CallTreeState {
  readonly scope: RunScope
  /** The run of the view with those above it, the outermost first. */
  readonly path: readonly RunSummary[]
  /** Runs of the tree that wait for people. */
  readonly waiting: readonly WaitingRun[]
  /** Item that Tab goes to. */
  readonly focused: string
  readonly isOpen: (runId: string) => boolean
  readonly onToggle: (runId: string, isOpen: boolean) => void
  /** Opens a run; `null` if the host has no page for it. */
  readonly onOpenRun: ((runId: string) => void) | null
}

interface CallItemProps {
  readonly state: CallTreeState
  readonly run: RunSummary
  /** Depth in the tree, from 1. */
  readonly level: number
  /** Name of the node that has started the run, or the reason of its start; empty for the root. */
  readonly nodeName: string
}

/** A run in the tree, with the runs that it has started below it once it is open. */
export function CallItem({ state, run, level, nodeName }: CallItemProps) {
  const { t, locale } = useInstance()
  const { runId } = run
  const isOwn = runId === state.scope.runId
  const isOpen = state.isOpen(runId)
  const waits = state.waiting.filter((each) => each.runId === runId).map(({ kind }) => kind)
  const status = [t(`runs.status.${run.status}`), ...waits.map((kind) => t(`runs.child.${kind}`))].join(', ')
  return (
    <div
      className="tn-call"
      role="treeitem"
      data-run={runId}
      tabIndex={state.focused === runId ? 0 : -1}
      aria-level={level}
      aria-expanded={isOpen}
      aria-current={isOwn || undefined}
      aria-label={
        nodeName === ''
          ? t('runs.calls.root', { workflow: run.workflowName, status })
          : run.handles === null
            ? t('runs.calls.item', { workflow: run.workflowName, status, node: nodeName })
            : t('runs.calls.handlerItem', { workflow: run.workflowName, status })
      }
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of its items */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer */}
      <div className="tn-call-row" onClick={() => state.onToggle(runId, !isOpen)}>
        <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={14} />
        <span className="tn-strong tn-truncate" dir="auto">
          {run.workflowName}
        </span>
        {nodeName !== '' && (
          <span className="tn-muted tn-truncate" dir="auto">
            {nodeName}
          </span>
        )}
        <code className="tn-mono tn-muted" title={runId}>
          {shortRunId(runId)}
        </code>
        {isOwn && <Badge>{t('runs.calls.thisRun')}</Badge>}
        <span className="tn-output-space" />
        {waits.map((kind) => (
          <Badge key={kind} tone={kind === 'parked' ? 'parked' : 'waiting'}>
            {t(`runs.child.${kind}`)}
          </Badge>
        ))}
        <RunStatusBadge status={run.status} detail={runLength(run, t, locale)} />
        {state.onOpenRun !== null && !isOwn && (
          <IconButton
            icon="external"
            size="s"
            tabIndex={-1}
            label={t('runs.child.open')}
            onClick={(event) => {
              event.stopPropagation()
              state.onOpenRun?.(runId)
            }}
          />
        )}
      </div>
      {isOpen && <Children state={state} run={run} level={level + 1} />}
    </div>
  )
}

/** Runs of one page below a run. */
const PAGE_SIZE = 50

function Children({ state, run, level }: Omit<CallItemProps, 'nodeName'>) {
  const { t } = useInstance()
  const { client } = state.scope
  const { runId } = run
  const filter = useMemo<RunFilter>(() => ({ parentRunId: runId, mode: 'all', limit: PAGE_SIZE }), [runId])
  const pages = useRunPages(client, filter)
  const nodes = useNodesOf(state.scope, run)
  const handler = useHandler(state, run)
  if (pages.error !== null && pages.items.length === 0) {
    return <ResourceError title={t('runs.calls.failed')} resource={pages} />
  }
  if (pages.isLoading && pages.items.length === 0) return <Skeleton lines={1} height={20} />
  const below = state.path[state.path.findIndex((each) => each.runId === runId) + 1]
  const isBelow = below !== undefined && below.parent?.runId === runId
  const items = pages.items.toReversed()
  // The run of the view is shown also if many were started after it.
  const shown = isBelow && !items.some((item) => item.runId === below.runId) ? [below, ...items] : items
  if (shown.length === 0 && handler === null) return <p className="tn-call-none">{t('runs.calls.none')}</p>
  return (
    // biome-ignore lint/a11y/useSemanticElements: the items of a tree are in groups
    <div className="tn-call-list" role="group">
      {pages.hasMore && (
        <div>
          <Button size="s" variant="ghost" busy={pages.isLoadingMore} onClick={pages.loadMore}>
            {t('runs.calls.earlier')}
          </Button>
        </div>
      )}
      {shown.map((child) => (
        <CallItem
          key={child.runId}
          state={state}
          run={child}
          level={level}
          nodeName={child.parent === null ? '' : nodeRunName(nodes, child.parent.nodeRunId, t)}
        />
      ))}
      {handler !== null && <CallItem state={state} run={handler} level={level} nodeName={t('runs.calls.handler')} />}
    </div>
  )
}

/** Returns the run that handles the failure of a run; `null` without one, and while it is read. */
function useHandler({ scope: { client }, path }: CallTreeState, { runId, handledBy }: RunSummary): RunSummary | null {
  const load = useMemo(
    () => (handledBy === null ? null : (abortSignal: AbortSignal) => client.runs.get(handledBy, { abortSignal })),
    [client, handledBy],
  )
  const handler = useResource<RunSummary>(load)
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'run' && id === handledBy,
    onChange: handler.refresh,
  })
  return handler.value ?? path.find(({ handles }) => handles === runId) ?? null
}

/** Returns the nodes of the version that a run executes; until it is read, they have their ids as names. */
function useNodesOf(scope: RunScope, { runId, workflowId, version }: RunSummary): NodeDirectory {
  const isOwn = runId === scope.runId
  const { client, graph } = scope
  const load = useMemo(
    () => (isOwn ? null : (abortSignal: AbortSignal) => client.versions.get(workflowId, version, { abortSignal })),
    [client, isOwn, workflowId, version],
  )
  const pinned = useResource(load).value
  const manifest = graph.value?.manifest
  return useMemo(() => {
    if (isOwn) return scope.nodes
    return createNodeDirectory(pinned?.document ?? EMPTY_DOCUMENT, manifest ?? EMPTY_MANIFEST)
  }, [isOwn, scope.nodes, pinned, manifest])
}
