import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

interface FailDialogProps {
  readonly isOpen: boolean
  readonly isSending: boolean
  /** Extent of the failure: the run, an iteration of a loop, or the runs or the iterations of a group. */
  readonly what: 'run' | 'iteration' | 'group' | 'iterations'
  /** Number of parked node runs. */
  readonly count: number
  readonly onClose: () => void
  readonly onFail: () => void
}

/** Dialog that asks before parked node runs are failed, which ends their runs or iterations. */
export function FailDialog({ isOpen, isSending, what, count, onClose, onFail }: FailDialogProps) {
  const t = useTranslate()
  return (
    <Dialog
      open={isOpen}
      busy={isSending}
      onClose={onClose}
      title={t('runs.parked.failTitle', { what, count })}
      description={t('runs.parked.failWhy', { what, count })}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" busy={isSending} onClick={onFail}>
            {t('runs.parked.failButton', { what, count })}
          </Button>
        </>
      }
    />
  )
}
