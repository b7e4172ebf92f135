import type { ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Button } from './button.tsx'
import { Dialog, type DialogProps } from './dialog.tsx'

interface ConfirmDialogProps extends Pick<DialogProps, 'open' | 'busy' | 'title' | 'onClose'> {
  /** Consequences of the action. */
  readonly description: ReactNode
  readonly confirmLabel: string
  /** `danger` for an action that ends or deletes something. */
  readonly variant: 'primary' | 'danger'
  /** Label of the button that changes nothing. @defaultValue "Cancel" */
  readonly cancelLabel?: string
  readonly onConfirm: () => void
}

/** Dialog that asks before an action begins. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { busy = false, description, confirmLabel, variant, cancelLabel, onConfirm, ...dialog } = props
  const t = useTranslate()
  return (
    <Dialog
      {...dialog}
      busy={busy}
      description={description}
      footer={
        <>
          <Button disabled={busy} onClick={dialog.onClose}>
            {cancelLabel ?? t('ui.cancel')}
          </Button>
          <Button variant={variant} busy={busy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    />
  )
}
