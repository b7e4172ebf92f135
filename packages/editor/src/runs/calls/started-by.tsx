import type { Run, TenonClient } from '@tenon/core/client'
import { nodeIdOf, type RunParent } from '@tenon/core/run'
import { useMemo } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { OpenRunButton } from './open-run-button.tsx'

interface StartedByProps {
  readonly client: TenonClient
  readonly parent: RunParent
}

interface Caller {
  readonly run: Run
  /** Name of the node that has started the run; its id if the version of the caller cannot be read. */
  readonly nodeName: string
}

/** The workflow and the node that have started a run, as a link to their run. */
export function StartedBy({ client, parent }: StartedByProps) {
  const t = useTranslate()
  const { runId, nodeRunId } = parent
  const load = useMemo(
    () => (abortSignal: AbortSignal) => readCaller(client, { runId, nodeRunId }, abortSignal),
    [client, runId, nodeRunId],
  )
  const { value, error } = useResource(load)
  if (value === null) {
    // The caller may be deleted before the runs that it has started.
    return error === null ? null : <span className="tn-muted">{t('runs.startedByUnknown')}</span>
  }
  return (
    <span className="tn-started-by" dir="auto">
      <OpenRunButton runId={runId}>
        {t('runs.startedBy', { workflow: value.run.workflowName, node: value.nodeName })}
      </OpenRunButton>
    </span>
  )
}

async function readCaller(client: TenonClient, parent: RunParent, abortSignal: AbortSignal): Promise<Caller> {
  const run = await client.runs.get(parent.runId, { abortSignal })
  const nodeId = nodeIdOf(parent.nodeRunId)
  try {
    const { document } = await client.versions.get(run.workflowId, run.version, { abortSignal })
    const name = document.nodes.find(({ id }) => id === nodeId)?.name ?? ''
    return { run, nodeName: name === '' ? nodeId : name }
  } catch {
    return { run, nodeName: nodeId }
  }
}
