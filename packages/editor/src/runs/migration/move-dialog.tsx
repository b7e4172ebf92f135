import type { MigrationCheck, Run } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { Field } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunToast } from '../store/use-run-toast.ts'
import { changesOf, type VersionChanges } from './version-changes.ts'

interface MoveDialogProps {
  readonly scope: RunScope
  readonly run: Run
  /** Version to move to at first. */
  readonly latest: string
  readonly onClose: () => void
}

/** Asks whether to move a run, with the nodes that differ in the version, or with those that are in the way. */
export function MoveDialog({ scope, run, latest, onClose }: MoveDialogProps) {
  const t = useTranslate()
  const { client, runId, graph, store } = scope
  const showUntil = useRunToast(store)
  const [version, setVersion] = useState(latest)
  const { isSending, failure, send, reset } = useSending()
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
  const published = useResource(
    useCallback(
      (abortSignal: AbortSignal) => client.versions.list(workflowId, {}, { abortSignal }),
      [client, workflowId],
    ),
  )
  const others = (published.value?.items ?? []).map((item) => item.version).filter((item) => item !== from)
  const isChecked = check.value?.version === version
  const obstacles = isChecked ? (check.value?.obstacles ?? []) : []
  const isBlocked = obstacles.length > 0
  const error = failure?.error ?? check.error
  const move = () =>
    send(async () => {
      const earlier = store.snapshot().live.migrations.length
      await client.runs.migrate(runId, { version })
      showUntil(t('runs.move.sent', { version }), ({ migrations }) => {
        return migrations.length > earlier && migrations.every(({ outcome }) => outcome !== null)
      })
      onClose()
    })
  return (
    <Dialog
      open
      busy={isSending}
      title={t('runs.move.title', { version })}
      description={t(isBlocked ? 'runs.move.blockedText' : 'runs.move.text', { from, version })}
      onClose={onClose}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button
            variant="primary"
            busy={isSending || !(isChecked || check.error)}
            disabled={isBlocked}
            onClick={() => void move()}
          >
            {t('runs.move.confirm')}
          </Button>
        </>
      }
    >
      <div className="tn-move">
        {others.length > 1 && (
          <Field label={t('runs.move.version')}>
            <Select
              value={version}
              disabled={isSending}
              options={others.map((value) => ({ value, label: value }))}
              onChange={(value) => {
                reset()
                setVersion(value)
              }}
            />
          </Field>
        )}
        {isBlocked && <Obstacles obstacles={obstacles} from={from} version={version} />}
        {next.value?.version === version && graph.value !== null && (
          <Changes changes={changesOf(graph.value.document, next.value.document)} />
        )}
        {error !== null && error !== undefined && (
          <div role="alert">
            <Callout tone="failed" title={failureText(error, t, 'runs.move.failed')} />
          </div>
        )}
      </div>
    </Dialog>
  )
}

function Obstacles({ obstacles, from, version }: Pick<MigrationCheck, 'obstacles' | 'from' | 'version'>) {
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
      <p>{t('runs.move.remedy', { from })}</p>
    </Callout>
  )
}

const KINDS = ['added', 'removed', 'changed', 'renamed'] as const

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
