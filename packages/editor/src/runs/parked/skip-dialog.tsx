import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

interface SkipDialogProps {
  readonly isOpen: boolean
  readonly isSending: boolean
  /** Name of the node. */
  readonly name: string
  /** Title of the port at which the run continues. */
  readonly port: string
  readonly onClose: () => void
  readonly onSkip: () => void
}

/** Dialog that asks before a node with several ports is skipped, since the run then takes the first of them. */
export function SkipDialog({ isOpen, isSending, name, port, onClose, onSkip }: SkipDialogProps) {
  const t = useTranslate()
  return (
    <Dialog
      open={isOpen}
      busy={isSending}
      onClose={onClose}
      title={t('runs.parked.skipTitle', { name })}
      description={t('runs.parked.skipWhy', { port })}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="primary" busy={isSending} onClick={onSkip}>
            {t('runs.parked.skip')}
          </Button>
        </>
      }
    />
  )
}
