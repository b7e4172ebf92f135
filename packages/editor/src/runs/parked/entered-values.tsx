import type { LedgerEntry } from '@tenon/core/client'
import type { LogEntry, ParkedResolved, RunView, ValueRef } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { ValueView } from '../inspector/value-view.tsx'
import type { RunScope } from '../store/run-scope.tsx'

/** Values with which a person had a node run again. */
export interface Entered {
  readonly params: ValueRef
  readonly actor: ParkedResolved['actor']
}

/** Returns the values that a person last entered for a node run, up to the selected moment; `null` without such. */
export function enteredFor(entries: readonly LogEntry[], { seq, parked }: RunView, nodeRunId: string): Entered | null {
  let entered: Entered | null = null
  for (const entry of entries) {
    if (entry.seq > seq) break
    if (entry.type !== 'parked_resolved' || parked.get(entry.data.waitId)?.nodeRunId !== nodeRunId) continue
    const { resolution, actor } = entry.data
    if (resolution.kind === 'retry_with_params') entered = { params: resolution.params, actor }
  }
  return entered
}

interface EnteredValuesProps {
  readonly scope: RunScope
  readonly nodeRunId: string
  readonly entered: Entered
  /** Last event that the data must include. */
  readonly seq: number
}

/** Values that a person entered for a node run, which replace those of the workflow. */
export function EnteredValues({ scope, nodeRunId, entered, seq }: EnteredValuesProps) {
  const t = useTranslate()
  const person = entered.actor?.displayName ?? t('runs.event.system')
  return (
    <ValueView
      scope={scope}
      nodeRunId={nodeRunId}
      title={t('runs.parked.entered', { person })}
      value={entered.params}
      pick={pickInput}
      seq={seq}
      emptyText={t('runs.inspector.inputEmpty')}
    />
  )
}

const pickInput = (entry: LedgerEntry) => entry.input
