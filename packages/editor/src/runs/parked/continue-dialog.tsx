import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Resolutions with which runs continue without the output of their node. */
export type Continuation = 'skip' | 'route'

interface ContinueDialogProps {
  /** Resolution to confirm; `null` while the dialog is closed. */
  readonly kind: Continuation | null
  /** Number of parked node runs, ≥ 2. */
  readonly count: number
  readonly onClose: () => void
  readonly onContinue: (kind: Continuation) => void
}

/** Dialog that asks before all node runs of a group are skipped or continue at their error port. */
export function ContinueDialog({ kind, count, onClose, onContinue }: ContinueDialogProps) {
  const t = useTranslate()
  return (
    <Dialog
      open={kind !== null}
      onClose={onClose}
      title={t('runs.parked.continueTitle', { kind: kind ?? 'skip', count })}
      description={t('runs.parked.continueWhy', { kind: kind ?? 'skip' })}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button variant="primary" onClick={() => onContinue(kind ?? 'skip')}>
            {t(`runs.parked.all.${kind ?? 'skip'}`, { count })}
          </Button>
        </>
      }
    />
  )
}
