import { useTranslate } from '../../instance/instance-context.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'

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
    <ConfirmDialog
      open={isOpen}
      busy={isSending}
      title={t('runs.parked.failTitle', { what, count })}
      description={t('runs.parked.failWhy', { what, count })}
      confirmLabel={t('runs.parked.failButton', { what, count })}
      variant="danger"
      onClose={onClose}
      onConfirm={onFail}
    />
  )
}
