import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Versions between which the user chooses. */
export interface VersionChoice {
  /** Version of the run. */
  readonly version: string
  /** Latest published version; it differs from that of the run. */
  readonly latest: string
  /** Reason why the chosen version could not be started, such as an invalid input; `null` if none. */
  readonly failure: string | null
}

interface VersionDialogProps {
  readonly choice: VersionChoice
  readonly isSending: boolean
  readonly onStart: (version: 'same' | 'latest') => void
  readonly onClose: () => void
}

/** Asks which version to run: that of the run, for a comparison, or the latest. */
export function VersionDialog({ choice, isSending, onStart, onClose }: VersionDialogProps) {
  const { t } = useInstance()
  const { version, latest, failure } = choice
  return (
    <Dialog
      open
      busy={isSending}
      onClose={onClose}
      title={t('runs.again.title')}
      description={t('runs.again.newer', { version, latest })}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button busy={isSending} onClick={() => onStart('same')}>
            {t('runs.again.version', { version })}
          </Button>
          <Button variant="primary" busy={isSending} onClick={() => onStart('latest')}>
            {t('runs.again.version', { version: latest })}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <div role="alert">
          <Callout tone="failed" title={failure} />
        </div>
      )}
    </Dialog>
  )
}
