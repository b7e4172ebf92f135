import type { Run, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { MAX_RUN_DEPTH } from '@tenon/core/run'
import { useCallback, useContext, useMemo, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { callHost } from '../../instance/call-host.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { CallItem, type CallTreeState } from './call-item.tsx'
import { moveInTree } from './tree-keys.ts'
import { useWaitingRuns } from './use-waiting-runs.ts'

/**
 * The runs above a run and those that it has started, nested, as a tree for the keyboard; live. A run that handles the
 * failure of another is below that one.
 */
export function CallTree({ scope }: { readonly scope: RunScope }) {
  const t = useTranslate()
  const { client, run } = scope
  const { onOpenRun } = useContext(RunLinksContext)
  const [open, setOpen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [focused, setFocused] = useState(scope.runId)
  const ancestors = useAncestors(client, run.value)
  const { value: above } = ancestors
  const path = useMemo(() => (above === null || run.value === null ? [] : [...above, run.value]), [above, run.value])
  const onPath = useMemo(() => new Set(path.map(({ runId }) => runId)), [path])
  const [root] = path
  const waiting = useWaitingRuns(client, root?.runId ?? null)
  const toggle = useCallback(
    (runId: string, isOpen: boolean) => setOpen((before) => new Map(before).set(runId, isOpen)),
    [],
  )
  if (root === undefined) {
    if (ancestors.error !== null) return <ResourceError title={t('runs.calls.failed')} resource={ancestors} />
    return (
      <div className="tn-part-loading">
        <Skeleton lines={3} height={24} />
      </div>
    )
  }
  const state: CallTreeState = {
    scope,
    path,
    focused,
    waiting,
    isOpen: (runId) => open.get(runId) ?? onPath.has(runId),
    onToggle: toggle,
    onOpenRun: onOpenRun === null ? null : (runId) => callHost(onOpenRun, runId),
  }
  return (
    <div
      className="tn-calls"
      role="tree"
      aria-label={t('runs.calls.label')}
      onFocus={(event) => {
        const runId = event.target.closest<HTMLElement>('[role="treeitem"]')?.dataset.run
        if (runId !== undefined) setFocused(runId)
      }}
      onKeyDown={(event) => moveInTree(event, toggle, state.onOpenRun)}
    >
      <CallItem state={state} run={root} level={1} nodeName="" />
    </div>
  )
}

/** Most runs above a run that are read: a handler may be inside of the tree of another one. */
const MOST_ABOVE = 2 * MAX_RUN_DEPTH

/** Returns the run that has started a run, or whose failure it handles. */
function aboveOf({ parent, handles }: Pick<Run, 'parent' | 'handles'>): string | null {
  return parent?.runId ?? handles
}

/** Reads the runs above a run, the outermost first, as far as they were not deleted. */
function useAncestors(client: TenonClient, run: Run | null) {
  const above = run === null ? null : aboveOf(run)
  const isKnown = run !== null
  const load = useMemo(() => {
    if (!isKnown) return null
    return async (abortSignal: AbortSignal): Promise<readonly Run[]> => {
      const found: Run[] = []
      let next = above
      while (next !== null && found.length < MOST_ABOVE) {
        const parent = await readUnlessDeleted(client, next, abortSignal)
        if (parent === null) break
        found.unshift(parent)
        next = aboveOf(parent)
      }
      return found
    }
  }, [client, isKnown, above])
  const ancestors = useResource(load)
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'run' && ancestors.value?.some(({ runId }) => runId === id) === true,
    onChange: ancestors.refresh,
  })
  return ancestors
}

async function readUnlessDeleted(client: TenonClient, runId: string, abortSignal: AbortSignal): Promise<Run | null> {
  try {
    return await client.runs.get(runId, { abortSignal })
  } catch (error) {
    if (error instanceof TenonError && error.code === 'RUN_NOT_FOUND') return null
    throw error
  }
}
