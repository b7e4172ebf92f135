import type { LedgerEntry } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'
import type { ValueRef } from '@tenon/core/run'
import { useCallback, useMemo } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ValueDocument } from '../documents/value-document.tsx'
import { ValueFiles } from '../files/value-files.tsx'
import { JsonTree } from '../json/json-tree.tsx'
import { inlineOf } from '../store/inline-of.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useNodeLog } from '../store/use-node-log.ts'

export interface ValueViewProps {
  readonly scope: RunScope
  readonly nodeRunId: string
  readonly title: string
  /** Value in the log; `null` for inline nodes, whose input is only in the ledger. */
  readonly value: ValueRef | null
  readonly pick: (entry: LedgerEntry) => Json
  /** Last event that the ledger must include. */
  readonly seq: number
  readonly emptyText: string
}

/** Shows a value of a node run: from the log if it is small, else from the ledger. */
export function ValueView({ scope, nodeRunId, title, value, pick, seq, emptyText }: ValueViewProps) {
  const t = useTranslate()
  const { ledger } = scope
  // A small value is in the events of the node run, which may be loading.
  const log = useNodeLog(scope, nodeRunId)
  const inline = useMemo(() => inlineOf(value, log.entries), [value, log.entries])
  const load = useCallback(async () => {
    const entry = await ledger.readEntry(nodeRunId, seq)
    return { json: entry === null ? null : pick(entry) }
  }, [ledger, seq, nodeRunId, pick])
  const isLoadingLog = log.isLoading && value !== null && inline === undefined
  const stored = useResource(inline !== undefined || isLoadingLog ? null : load)
  const json = inline ?? stored.value?.json ?? null
  return (
    <section className="tn-value">
      <header className="tn-value-head">
        <h3 className="tn-field-label">{title}</h3>
        {json !== null && (
          <CopyButton label={t('runs.value.copy', { title })} text={() => JSON.stringify(json, null, 2)} />
        )}
      </header>
      {stored.error !== null && json === null ? (
        <ResourceError resource={stored} />
      ) : (isLoadingLog || stored.isLoading) && json === null ? (
        <Skeleton lines={3} height={16} />
      ) : json === null ? (
        <p className="tn-muted">{emptyText}</p>
      ) : (
        <>
          <ValueFiles value={json} />
          <ValueDocument value={json} />
          <div className="tn-code">
            <JsonTree value={json} label={title} />
          </div>
        </>
      )}
    </section>
  )
}
