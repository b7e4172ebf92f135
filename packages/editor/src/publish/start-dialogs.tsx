import { TenonError } from '@tenon/core/errors'
import { useCallback, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { FilesContext } from '../contexts/files-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { shortRunId } from '../runs/format/short-run-id.ts'
import { TenantPaused } from '../runs/queue/tenant-paused.tsx'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { QueueTexts } from '../shell/queue-texts.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { BlockedDialog, useBlockers } from './blocked-dialog.tsx'
import { RefusedInputNote } from './refused-input-note.tsx'
import type { StartDialogProps } from './start-dialog.tsx'
import { FormSkeleton, type RunStart, StartForm } from './start-form.tsx'
import { whenSaved } from './when-saved.ts'

interface OpenDialogProps extends StartDialogProps {
  readonly onClose: () => void
}

interface RunDialogProps extends OpenDialogProps {
  readonly version: string
}

/** Tracks that a run is being started: its dialog cannot be closed meanwhile. */
function useStarting(start: (body: RunStart) => Promise<void>) {
  const [isStarting, setIsStarting] = useState(false)
  const submit = async (body: RunStart) => {
    setIsStarting(true)
    try {
      await start(body)
    } finally {
      setIsStarting(false)
    }
  }
  return { isStarting, submit }
}

/** Starts a test run of the draft; lists the problems that prevent it instead if there are any. */
export function TryDialog({ client, workflowId, onStarted, onOpenProblem, onClose }: OpenDialogProps) {
  const t = useTranslate()
  const session = useSession()
  const document = useEditorStore((state) => state.document)
  const [failure, setFailure] = useState<unknown>(null)
  const blockers = useBlockers(failure)
  const { isStarting, submit } = useStarting(async (body) => {
    if (!(await whenSaved(session))) throw new TenonError('UNAVAILABLE', t('publish.notSaved'))
    try {
      const { runId } = await client.drafts.try(workflowId, body)
      onClose()
      onStarted(runId, 'test')
    } catch (error) {
      setFailure(error)
      throw error
    }
  })
  if (blockers !== null) {
    return (
      <BlockedDialog
        problems={blockers}
        description={t('start.blockedText')}
        onOpenProblem={onOpenProblem}
        onClose={onClose}
      />
    )
  }
  return (
    <Dialog open busy={isStarting} onClose={onClose} title={t('start.tryTitle')} description={t('start.tryText')}>
      <RefusedInputNote />
      <FilesContext.Provider value={client.files}>
        <StartForm
          client={client}
          mode="test"
          document={document}
          submitLabel={t('topbar.try')}
          onSubmit={submit}
          onCancel={onClose}
        />
      </FilesContext.Provider>
    </Dialog>
  )
}

// The triggers and the input are those of the version; the draft may have others by now.
/** Starts a run of a version. */
export function RunDialog(props: RunDialogProps) {
  return (
    <QueueTexts>
      <VersionDialog {...props} />
    </QueueTexts>
  )
}

function VersionDialog({ client, workflowId, version, onStarted, onClose }: RunDialogProps) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const latest = useRef(client)
  latest.current = client
  const load = useCallback(
    (abortSignal: AbortSignal) => latest.current.versions.get(workflowId, version, { abortSignal }),
    [workflowId, version],
  )
  const published = useResource(load)
  const { isStarting, submit } = useStarting(async (body) => {
    const { runId, deduplicated, merged } = await client.runs.start(workflowId, { ...body, version })
    onClose()
    onStarted(runId, 'live')
    if (deduplicated || merged) toast(t(deduplicated ? 'queue.repeated' : 'queue.merged', { run: shortRunId(runId) }))
  })
  return (
    <Dialog
      open
      busy={isStarting}
      onClose={onClose}
      title={t('start.runTitle')}
      description={t('start.runText', { version })}
    >
      <TenantPaused client={client} />
      {published.value !== null ? (
        <FilesContext.Provider value={client.files}>
          <StartForm
            client={client}
            mode="live"
            document={published.value.document}
            submitLabel={t('topbar.run')}
            onSubmit={submit}
            onCancel={onClose}
          />
        </FilesContext.Provider>
      ) : published.error !== null ? (
        <ResourceError title={t('start.loadFailed')} resource={published} />
      ) : (
        <FormSkeleton />
      )}
    </Dialog>
  )
}
