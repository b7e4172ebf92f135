import { TenonError } from '@tenon/core/errors'
import type { ReactNode } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { NotFound } from '../../ui/not-found.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { type RunIdentity, RunProvider, type RunScope } from './run-scope.tsx'

/** Props of a separate run view. */
export interface RunPartProps extends InstanceProps, RunIdentity {}

interface RunPartFrameProps extends RunPartProps {
  readonly children: (scope: RunScope) => ReactNode
}

/** Frame of a separate run view: instance, stream, and the states before the first event. */
export function RunPart({ client, runId, children, ...instance }: RunPartFrameProps) {
  return (
    <EnsureInstance {...instance} className={instance.className ?? 'tn-part'}>
      <RunProvider client={client} runId={runId}>
        {(scope) => <RunReady scope={scope}>{children}</RunReady>}
      </RunProvider>
    </EnsureInstance>
  )
}

interface RunReadyProps {
  readonly scope: RunScope
  /** Placeholder until the run is loaded. */
  readonly skeleton?: ReactNode
  /** Way back from a run that does not exist, from the host. */
  readonly back?: ReactNode
  readonly children: (scope: RunScope) => ReactNode
}

/** Renders its content once the run and its version are loaded; without the version, nodes are named by their ids. */
export function RunReady({ scope, skeleton, back, children }: RunReadyProps) {
  const t = useTranslate()
  const { run, graph } = scope
  if (run.error instanceof TenonError && run.error.code === 'RUN_NOT_FOUND' && run.value === null) {
    return <NotFound title={t('runs.notFound')} description={t('runs.notFoundText')} back={back} />
  }
  if (run.error !== null && run.value === null) {
    return <ResourceError title={t('runs.loadFailed')} resource={run} />
  }
  if (run.value === null || (graph.value === null && graph.error === null)) {
    return (
      skeleton ?? (
        <div className="tn-part-loading">
          <Skeleton lines={5} height={20} />
        </div>
      )
    )
  }
  return children(scope)
}
