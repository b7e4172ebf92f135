import type { MigrationCheck, Run } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { changesOf, type VersionChanges } from './version-changes.ts'

interface MoveDialogProps {
  readonly scope: RunScope
  readonly run: Run
  /** Version to move to. */
  readonly version: string
  readonly onClose: () => void
}

/** Asks whether to move a run, with the nodes that differ in the version, or with those that are in the way. */
export function MoveDialog({ scope, run, version, onClose }: MoveDialogProps) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const { client, runId, graph } = scope
  const [isSending, setIsSending] = useState(false)
  const [failure, setFailure] = useState<{ readonly error: unknown } | null>(null)
  const { workflowId, version: from } = run
  const check = useResource(
    useCallback(
      (abortSignal: AbortSignal) => client.runs.checkMigration(runId, version, { abortSignal }),
      [client, runId, version],
    ),
  )
  const next = useResource(
    useCallback(
      (abortSignal: AbortSignal) => client.versions.get(workflowId, version, { abortSignal }),
      [client, workflowId, version],
    ),
  )
  const obstacles = check.value?.obstacles ?? []
  const error = failure?.error ?? check.error
  const move = async () => {
    setIsSending(true)
    setFailure(null)
    try {
      await client.runs.migrate(runId, { version })
      toast(t('runs.move.sent', { version }))
      onClose()
    } catch (sent) {
      setFailure({ error: sent })
      setIsSending(false)
    }
  }
  return (
    <Dialog
      open
      busy={isSending}
      title={t('runs.move.title', { version })}
      description={t('runs.move.text', { from, version })}
      onClose={onClose}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button
            variant="primary"
            busy={isSending || check.isLoading}
            disabled={obstacles.length > 0}
            onClick={() => void move()}
          >
            {t('runs.move.confirm')}
          </Button>
        </>
      }
    >
      {obstacles.length > 0 && <Obstacles obstacles={obstacles} version={version} />}
      {next.value !== null && graph.value !== null && (
        <Changes changes={changesOf(graph.value.document, next.value.document)} />
      )}
      {error !== null && error !== undefined && (
        <div role="alert">
          <Callout tone="failed" title={failureText(error, t, 'runs.move.failed')} />
        </div>
      )}
    </Dialog>
  )
}

function Obstacles({ obstacles, version }: Pick<MigrationCheck, 'obstacles' | 'version'>) {
  const t = useTranslate()
  return (
    <Callout tone="failed" title={t('runs.move.blocked', { version })}>
      <ul>
        {obstacles.map(({ nodeId, nodeName, reason }) => (
          <li key={nodeId} dir="auto">
            {t(`runs.move.reason.${reason}`, { node: nodeName, version })}
          </li>
        ))}
      </ul>
    </Callout>
  )
}

const KINDS = ['added', 'removed', 'changed'] as const

function Changes({ changes }: { readonly changes: VersionChanges }) {
  const t = useTranslate()
  const kinds = KINDS.filter((kind) => changes[kind].length > 0)
  if (kinds.length === 0) return <p>{t('runs.move.same')}</p>
  return (
    <ul>
      {kinds.map((kind) => (
        <li key={kind} dir="auto">
          {t(`runs.move.${kind}`, { nodes: changes[kind].join(', ') })}
        </li>
      ))}
    </ul>
  )
}
